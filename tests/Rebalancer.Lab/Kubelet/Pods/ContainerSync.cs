using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Containers;
using Rebalancer.Lab.Kubelet.Probes;
using Rebalancer.Lab.Kubelet.Status;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Starts what is missing in a pod with a ready sandbox, one container after another, and kills what its probes condemned.</summary>
internal sealed class ContainerSync(PodRuntime runtime, PodSandboxes sandboxes, ContainerStarter starter, ContainerKiller killer, EventRecorder events, TimeProvider time)
{
    /// <returns>Shortest back-off that is left; null: none.</returns>
    /// <exception cref="KubeletException">A container could not be started; those after it were still tried.</exception>
    public async Task<TimeSpan?> SyncAsync(V1Pod pod, PodObservation observation, PodState state, CancellationToken cancel)
    {
        observation = await KillCondemnedAsync(pod, observation, state, cancel);
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            if (init.RestartPolicy == "Always" && observation.Newest(init.Name) is { State: ContainerState.ContainerRunning })
            {
                // A sidecar that has started is enough.
                continue;
            }

            if (observation.Newest(init.Name) is not { State: ContainerState.ContainerExited, ExitCode: 0 })
            {
                // The next one waits until this one has ended well.
                return observation.Newest(init.Name) is { } known && !Restarts.IsDue(pod, known) ? null : await StartAsync(pod, init, observation, state, cancel);
            }
        }

        TimeSpan? next = null;
        KubeletException? failure = null;
        foreach (var container in pod.Spec.Containers.Where(container => observation.Newest(container.Name) is not { } known || Restarts.IsDue(pod, known)))
        {
            try
            {
                next = Shorter(next, await StartAsync(pod, container, observation, state, cancel));
            }
            catch (KubeletException error)
            {
                failure = error;
            }
        }

        return failure is null ? next : throw failure;
    }

    private async Task<TimeSpan?> StartAsync(V1Pod pod, V1Container container, PodObservation observation, PodState state, CancellationToken cancel)
    {
        var last = observation.Newest(container.Name);
        if (last is { State: ContainerState.ContainerExited } && state.BackOff.TakeOrWait(container.Name, FinishedAt(last)) is var left && left > TimeSpan.Zero)
        {
            state.Waiting[container.Name] = new Waiting("CrashLoopBackOff", $"back-off restarting failed container={container.Name} pod={pod.Name()}_{pod.Namespace()}({pod.Uid()})");
            return left;
        }

        state.Waiting.TryAdd(container.Name, Waiting.ContainerCreating);
        try
        {
            await RemoveOldAsync(observation, container.Name, cancel);
            var sandbox = observation.ReadySandbox!;
            var config = sandboxes.ConfigOf(pod, sandbox.Metadata.Attempt);
            await starter.StartAsync(pod, container, (int)(last?.Metadata.Attempt + 1 ?? 0), sandbox.Id, config, observation.Address, cancel);
            state.Waiting.Remove(container.Name);
            return null;
        }
        catch (KubeletException error)
        {
            state.Waiting[container.Name] = new Waiting(error.Reason, error.Message);
            await events.RecordAsync(pod, "Warning", "Failed", error.Message, cancel);
            throw;
        }
    }

    /// <summary>Only the last dead container of a name is kept, for its logs and exit code.</summary>
    private async Task RemoveOldAsync(PodObservation observation, string container, CancellationToken cancel)
    {
        foreach (var old in observation.OfContainer(container).Skip(1))
        {
            await runtime.RemoveContainerAsync(old.Id, cancel);
        }
    }

    private async Task<PodObservation> KillCondemnedAsync(V1Pod pod, PodObservation observation, PodState state, CancellationToken cancel)
    {
        var killed = false;
        foreach (var container in pod.Spec.Containers)
        {
            if (observation.Newest(container.Name) is { State: ContainerState.ContainerRunning } running && state.Probes.KillFor(container.Name, running.Id) is { } kind)
            {
                await events.RecordAsync(pod, "Normal", "Killing", $"Container {container.Name} failed {kind} probe, will be restarted", cancel);
                var probe = kind == ProbeKind.Liveness ? container.LivenessProbe : container.StartupProbe;
                await killer.KillAsync(pod, container, running.Id, (int)(probe.TerminationGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30), observation.Address, cancel);
                killed = true;
            }
        }

        return killed ? await runtime.ObserveAsync(pod.Uid(), cancel) : observation;
    }

    private DateTimeOffset FinishedAt(ContainerStatus container) =>
        container.FinishedAt > 0 ? DateTimeOffset.UnixEpoch.AddTicks(container.FinishedAt / 100) : time.GetUtcNow();

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}
