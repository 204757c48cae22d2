using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>All probes of a pod and what they have decided.</summary>
internal sealed class PodProbes : IAsyncDisposable
{
    private readonly Dictionary<(string Container, ProbeKind Kind), ProbeWorker> workers = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    public PodProbes(V1Pod pod, Prober prober, EventRecorder events, TimeProvider time, Action changed)
    {
        foreach (var container in pod.Spec.Containers)
        {
            Add(container, ProbeKind.Startup, container.StartupProbe);
            Add(container, ProbeKind.Liveness, container.LivenessProbe);
            Add(container, ProbeKind.Readiness, container.ReadinessProbe);
        }

        running = Task.WhenAll(workers.Values.Select(worker => worker.RunAsync(stop.Token)));

        void Add(V1Container container, ProbeKind kind, V1Probe? probe)
        {
            if (probe is not null)
            {
                workers[(container.Name, kind)] = new ProbeWorker(pod, container, kind, probe, prober, events, time, changed);
            }
        }
    }

    /// <summary>Aims the probes at the containers that run now.</summary>
    public void Aim(PodObservation observation)
    {
        foreach (var ((name, _), worker) in workers)
        {
            worker.Aim(observation.Newest(name) is { State: ContainerState.ContainerRunning } container
                ? new ProbeTarget(container.Id, DateTimeOffset.UnixEpoch.AddTicks(container.StartedAt / 100), IsStarted(name, container.Id), observation.Address)
                : null);
        }
    }

    public bool IsStarted(string container, string containerId) => Result(container, ProbeKind.Startup, containerId) ?? !workers.ContainsKey((container, ProbeKind.Startup));

    public bool IsReady(string container, string containerId) =>
        IsStarted(container, containerId) && (Result(container, ProbeKind.Readiness, containerId) ?? !workers.ContainsKey((container, ProbeKind.Readiness)));

    /// <summary>The probe for which the container has to be killed; null: none.</summary>
    public ProbeKind? KillFor(string container, string containerId) =>
        Result(container, ProbeKind.Liveness, containerId) == false ? ProbeKind.Liveness
        : Result(container, ProbeKind.Startup, containerId) == false ? ProbeKind.Startup
        : null;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        stop.Dispose();
    }

    private bool? Result(string container, ProbeKind kind, string containerId) =>
        workers.TryGetValue((container, kind), out var worker) ? worker.ResultOf(containerId) : null;
}
