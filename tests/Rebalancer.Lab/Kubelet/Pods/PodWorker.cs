using Grpc.Core;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>One pod on one node, worked on by one step at a time. A wish to end the pod cancels the step in progress, as kubelet's does.</summary>
internal sealed class PodWorker
{
    private static readonly TimeSpan ConnectionRetryDelay = TimeSpan.FromSeconds(1);

    private readonly PodSteps steps;
    private readonly PodState state;
    private readonly Wakeup wake;
    private readonly Lock gate = new();
    private Wish wish;
    private CancellationTokenSource? step;

    public PodWorker(V1Pod pod, bool gone, PodSteps steps)
    {
        this.steps = steps;
        wish = new Wish(pod, gone);
        wake = new Wakeup(steps.Time);
        wake.Set();
        state = steps.StateOf(pod, Wake);
    }

    public V1Pod Pod => wish.Pod;

    /// <summary>Whether it takes room: admitted, and not told to be removed yet.</summary>
    public bool TakesRoom => state.IsAdmitted && !wish.Gone;

    public Task Done { get; private set; } = Task.CompletedTask;

    public void Start(CancellationToken cancel) => Done = RunAsync(cancel);

    /// <param name="gone">The object is no more in the API: what is left of the pod has to go at once.</param>
    public void Update(V1Pod pod, bool gone)
    {
        lock (gate)
        {
            var next = new Wish(pod, gone || wish.Gone);
            if (next.GraceSeconds < wish.GraceSeconds)
            {
                step?.Cancel();
            }

            wish = next;
        }

        Wake();
    }

    public void Wake() => wake.Set();

    private async Task RunAsync(CancellationToken cancel)
    {
        await Task.Yield();
        try
        {
            TimeSpan? delay = null;
            var ended = false;
            while (!ended)
            {
                await wake.WaitAsync(delay ?? steps.ResyncPeriod, cancel);
                (ended, delay) = await StepAsync(cancel);
            }
        }
        finally
        {
            await state.Probes.DisposeAsync();
        }
    }

    private async Task<(bool Ended, TimeSpan? Delay)> StepAsync(CancellationToken cancel)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Wish now;
        lock (gate)
        {
            step = linked;
            now = wish;
        }

        try
        {
            if (now.GraceSeconds == Wish.Endless)
            {
                return (false, await steps.SyncAsync(now.Pod, state, linked.Token));
            }

            await steps.EndAsync(now.Pod, now.Gone, (int)now.GraceSeconds, state, linked.Token);
            return (true, null);
        }
        catch (Exception error) when (IsInterruption(error, linked) && !cancel.IsCancellationRequested)
        {
            return (false, TimeSpan.Zero);
        }
        catch (KubeletException error)
        {
            steps.Report(now.Pod, error);
            return (false, steps.RetryDelay);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && error is RpcException or HttpOperationException or HttpRequestException or CommandException or IOException or TimeoutException)
        {
            steps.Report(now.Pod, error);
            return (false, ConnectionRetryDelay);
        }
        finally
        {
            lock (gate)
            {
                step = null;
            }
        }
    }

    private static bool IsInterruption(Exception error, CancellationTokenSource linked) =>
        linked.IsCancellationRequested && error is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled };

    /// <summary>What is wanted of the pod: to run for as long as it likes, or to end within a grace.</summary>
    private sealed record Wish(V1Pod Pod, bool Gone)
    {
        public const long Endless = long.MaxValue;

        public long GraceSeconds => Gone ? 0
            : Pod.Metadata.DeletionTimestamp is null ? Endless
            : Pod.Metadata.DeletionGracePeriodSeconds ?? Pod.Spec.TerminationGracePeriodSeconds ?? 30;
    }
}
