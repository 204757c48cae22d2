using Rebalancer.Lab.Kubelet.Probes;
using Rebalancer.Lab.Kubelet.Status;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>What a pod's worker remembers between syncs. Everything that must survive a restart of kubelet is in the runtime or the API instead.</summary>
internal sealed class PodState(BackOff backOff, PodProbes probes)
{
    public BackOff BackOff { get; } = backOff;

    public PodProbes Probes { get; } = probes;

    /// <summary>Containers that wait, by name.</summary>
    public Dictionary<string, Waiting> Waiting { get; } = [];

    public bool IsAdmitted { get; set; }

    /// <summary>Turned away for good; there is nothing to sync.</summary>
    public bool IsRejected { get; set; }
}
