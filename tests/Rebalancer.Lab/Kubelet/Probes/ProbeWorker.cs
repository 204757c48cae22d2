using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Probes;

internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

/// <summary>The container that is probed: which one, since when, and whether its startup probe has passed.</summary>
internal sealed record ProbeTarget(string ContainerId, DateTimeOffset StartedAt, bool Started, string? PodAddress);

/// <summary>Probes one container in one way for as long as its pod lives, with kubelet's counting of thresholds.</summary>
internal sealed class ProbeWorker(V1Pod pod, V1Container container, ProbeKind kind, V1Probe probe, Prober prober, EventRecorder events, TimeProvider time, Action changed)
{
    private readonly TimeSpan period = TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));
    private readonly Wakeup trigger = new(time);
    private volatile ProbeTarget? target;
    private volatile State state = new(null, null, 0, OnHold: false);

    /// <summary>The decided result for a container; null while none is decided for it.</summary>
    public bool? ResultOf(string containerId) => state is { } known && known.ContainerId == containerId ? known.Decided : null;

    /// <summary>Names the container to probe; null: none runs.</summary>
    public void Aim(ProbeTarget? next)
    {
        var startedNow = next is { Started: true } && target is not { Started: true };
        target = next;
        if (startedNow)
        {
            trigger.Set();
        }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (target is { } aimed && IsDue(aimed))
            {
                Count(aimed, await prober.ProbeAsync(probe, container, aimed.ContainerId, aimed.PodAddress, cancel), cancel);
            }

            await trigger.WaitAsync(period, cancel);
        }
    }

    private bool IsDue(ProbeTarget aimed)
    {
        if (state.ContainerId != aimed.ContainerId)
        {
            state = new State(aimed.ContainerId, null, 0, OnHold: false);
        }

        var delayed = time.GetUtcNow() < aimed.StartedAt + TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0);
        return !state.OnHold && !delayed && aimed.Started == (kind != ProbeKind.Startup);
    }

    private void Count(ProbeTarget aimed, ProbeOutcome outcome, CancellationToken cancel)
    {
        if (outcome.Result == ProbeResult.Unknown)
        {
            _ = events.RecordAsync(pod, "Warning", "ProbeWarning", $"{kind} probe errored and resulted in unknown state: {outcome.Message}", cancel);
            return;
        }

        if (!outcome.IsSuccess)
        {
            _ = events.RecordAsync(pod, "Warning", "Unhealthy", $"{kind} probe failed: {outcome.Message}", cancel);
        }

        var known = state;
        var run = known.LastWas == outcome.IsSuccess ? known.Run + 1 : 1;
        var enough = run >= (outcome.IsSuccess ? probe.SuccessThreshold ?? 1 : probe.FailureThreshold ?? 3);
        var decided = enough ? outcome.IsSuccess : known.Decided;
        // A failed liveness or startup probe is final for this container: it is killed, whatever a later probe would say.
        var onHold = enough && !outcome.IsSuccess && kind != ProbeKind.Readiness;
        state = new State(aimed.ContainerId, decided, run, onHold) { LastWas = outcome.IsSuccess };
        if (decided != known.Decided)
        {
            changed();
        }
    }

    private sealed record State(string? ContainerId, bool? Decided, int Run, bool OnHold)
    {
        public bool? LastWas { get; init; }
    }
}
