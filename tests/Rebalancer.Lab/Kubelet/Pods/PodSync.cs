using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Status;
using Rebalancer.Lab.Kubelet.Volumes;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>One sync of a pod that is to run: volumes, sandbox, containers one after another, status.</summary>
internal sealed class PodSync(PodRuntime runtime, PodSandboxes sandboxes, ContainerSync containers, PodVolumes volumes, PodStatuses statuses, StatusWriter writer)
{
    /// <returns>When to sync again for a back-off to end; null: on the next change.</returns>
    /// <exception cref="KubeletException">A step failed; the sync is to be tried again.</exception>
    public async Task<TimeSpan?> SyncAsync(V1Pod pod, PodState state, CancellationToken cancel)
    {
        var observation = await runtime.ObserveAsync(pod.Uid(), cancel);
        await WriteAsync(pod, observation, state, cancel);
        if (IsOver(pod, observation))
        {
            await EndSandboxAsync(pod, observation, state, cancel);
            return null;
        }

        await volumes.PrepareAsync(pod, cancel);
        if (observation.ReadySandbox is null)
        {
            await KillContainersAsync(observation, cancel);
            await sandboxes.RunAsync(pod, observation, cancel);
            // kubelet reports the address and PodReadyToStartContainers now, before any container.
            observation = await runtime.ObserveAsync(pod.Uid(), cancel);
            await WriteAsync(pod, observation, state, cancel);
        }

        try
        {
            return await containers.SyncAsync(pod, observation, state, cancel);
        }
        finally
        {
            if (!cancel.IsCancellationRequested)
            {
                observation = await runtime.ObserveAsync(pod.Uid(), cancel);
                state.Probes.Aim(observation);
                await WriteAsync(pod, observation, state, cancel);
            }
        }
    }

    /// <summary>The last status of a pod that was told to end.</summary>
    public async Task WriteEndedAsync(V1Pod pod, PodState state, CancellationToken cancel)
    {
        var observation = await runtime.ObserveAsync(pod.Uid(), cancel);
        state.Waiting.Clear();
        await writer.WriteAsync(pod, current => statuses.Of(current, observation, state.Waiting, state.Probes, ended: true), cancel);
    }

    private async Task WriteAsync(V1Pod pod, PodObservation observation, PodState state, CancellationToken cancel) =>
        await writer.WriteAsync(pod, current => statuses.Of(current, observation, state.Waiting, state.Probes), cancel);

    /// <summary>All containers have ended and none is to be started again.</summary>
    private static bool IsOver(V1Pod pod, PodObservation observation) =>
        PodPhases.IsTerminal(pod.Status?.Phase)
        || pod.Spec.Containers.All(container => observation.Newest(container.Name) is { State: ContainerState.ContainerExited } exited && !Restarts.IsDue(pod, exited));

    private async Task EndSandboxAsync(V1Pod pod, PodObservation observation, PodState state, CancellationToken cancel)
    {
        await KillContainersAsync(observation, cancel);
        if (observation.ReadySandbox is { } sandbox)
        {
            await runtime.StopSandboxAsync(sandbox.Id, cancel);
        }

        await WriteAsync(pod, await runtime.ObserveAsync(pod.Uid(), cancel), state, cancel);
    }

    // Containers of a sandbox that died cannot be kept.
    private async Task KillContainersAsync(PodObservation observation, CancellationToken cancel)
    {
        foreach (var container in observation.Running)
        {
            await runtime.StopContainerAsync(container.Id, 0, cancel);
        }
    }
}
