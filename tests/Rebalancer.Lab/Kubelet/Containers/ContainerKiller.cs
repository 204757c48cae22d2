using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>Ends one container: preStop hook, then SIGTERM, then SIGKILL when the grace is over.</summary>
internal sealed class ContainerKiller(PodRuntime runtime, LifecycleHooks hooks, EventRecorder events, KubeletTimes times, TimeProvider time)
{
    /// <param name="graceSeconds">Includes the hook's time; at least kubelet's minimum is left after it.</param>
    public async Task KillAsync(V1Pod pod, V1Container? container, string containerId, int graceSeconds, string? podAddress, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        if (container?.Lifecycle?.PreStop is { } hook && graceSeconds > 0)
        {
            await PreStopAsync(pod, hook, containerId, graceSeconds, podAddress, cancel);
        }

        var left = graceSeconds - (int)time.GetElapsedTime(started).TotalSeconds;
        await runtime.StopContainerAsync(containerId, Math.Max(times.MinimumGraceSeconds, left), cancel);
    }

    private async Task PreStopAsync(V1Pod pod, V1LifecycleHandler hook, string containerId, int graceSeconds, string? podAddress, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(graceSeconds));
        try
        {
            await hooks.RunAsync(containerId, hook, podAddress, time.GetUtcNow().UtcDateTime.AddSeconds(graceSeconds), limit.Token);
        }
        catch (Exception error) when (error is KubeletException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            await events.RecordAsync(pod, "Warning", "FailedPreStopHook", $"PreStopHook failed: {error.Message}", cancel);
        }
    }
}
