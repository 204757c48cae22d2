using k8s.Models;
using Rebalancer.Lab.Kubelet.Probes;
using Rebalancer.Lab.Kubelet.Status;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>The two things that can be done to a pod, sync and end, with admission before the first and clean-up after the second.</summary>
internal sealed class PodSteps(
    PodSync sync,
    PodTermination termination,
    PodRuntime runtime,
    PodStatuses statuses,
    StatusWriter writer,
    Prober prober,
    EventRecorder events,
    KubeletLog log,
    KubeletTimes times,
    TimeProvider time,
    Func<V1Pod, CancellationToken, Task<(string Reason, string Message)?>> refusal)
{
    public TimeProvider Time => time;

    public TimeSpan ResyncPeriod => times.ResyncPeriod;

    public TimeSpan RetryDelay => times.RetryDelay;

    public PodState StateOf(V1Pod pod, Action wake) => new(
        new BackOff(times.CrashBackOffInitial, times.CrashBackOffLimit, time),
        new PodProbes(pod, prober, events, time, wake));

    /// <returns>When to sync again; null: on the next change.</returns>
    public async Task<TimeSpan?> SyncAsync(V1Pod pod, PodState state, CancellationToken cancel)
    {
        if (!state.IsAdmitted && !state.IsRejected)
        {
            await AdmitAsync(pod, state, cancel);
        }

        return state.IsRejected ? null : await sync.SyncAsync(pod, state, cancel);
    }

    public async Task EndAsync(V1Pod pod, bool gone, int graceSeconds, PodState state, CancellationToken cancel)
    {
        log.Write($"end {pod.Namespace()}/{pod.Name()} {pod.Uid()} grace {graceSeconds} s{(gone ? ", object gone" : "")}");
        await termination.KillAsync(pod, graceSeconds, cancel);
        if (!gone)
        {
            await sync.WriteEndedAsync(pod, state, cancel);
        }

        await termination.RemoveAsync(pod, cancel);
        if (!gone)
        {
            await writer.DeleteAsync(pod, cancel);
        }

        log.Write($"ended {pod.Namespace()}/{pod.Name()} {pod.Uid()}");
    }

    public void Report(V1Pod pod, Exception error)
    {
        log.Write($"{pod.Namespace()}/{pod.Name()} {pod.Uid()}: {error.GetType().Name}: {error.Message}");
        if (error is KubeletException { Reason: "FailedMount" } mount)
        {
            _ = events.RecordAsync(pod, "Warning", mount.Reason, mount.Message, CancellationToken.None);
        }
    }

    private async Task AdmitAsync(V1Pod pod, PodState state, CancellationToken cancel)
    {
        // What runs already was admitted before this kubelet started; what never ran and has failed was rejected before.
        var known = (await runtime.ObserveAsync(pod.Uid(), cancel)).Sandboxes.Count > 0;
        if (!known && PodPhases.IsTerminal(pod.Status?.Phase))
        {
            state.IsRejected = true;
        }
        else if (!known && await refusal(pod, cancel) is var (reason, message))
        {
            await events.RecordAsync(pod, "Warning", reason, message, cancel);
            await writer.WriteAsync(pod, current => statuses.Rejected(current, reason, message), cancel);
            state.IsRejected = true;
        }
        else
        {
            state.IsAdmitted = true;
        }
    }
}
