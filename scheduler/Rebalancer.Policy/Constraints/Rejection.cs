namespace Rebalancer.Policy.Constraints;

/// <summary>Why a node is not taken for a pod. None: nothing speaks against it.</summary>
public enum RejectionKind : byte
{
    None,
    Unknown,
    IsSource,
    AgentMissing,
    Doomed,
    Unready,
    Unschedulable,
    Taint,
    NodeSelector,
    NodeAffinity,
    PodAffinity,
    PodAntiAffinity,
    TopologySpread,
    HostPort,
    ClaimMissing,
    ClaimUnbound,
    VolumeNodeAffinity,
    VolumeAttachedElsewhere,
    AttachLimit,
    PodLimit,
    Resources,
    CpuClass,

    /// <summary>The node is more likely to be taken away than the policy allows.</summary>
    SpotRisk,

    /// <summary>The pod has left the node not long ago.</summary>
    LastSource,

    /// <summary>The pod could be there, but not while it still runs where it is.</summary>
    Copy,

    /// <summary>The pod could be there, but no order of moves was found that leads to it.</summary>
    NoWay,
}

/// <summary>One node and the first thing that speaks against it, with the values.</summary>
public sealed record Rejection(string Node, RejectionKind Kind, string Detail)
{
    public override string ToString() => $"{Node}: {Detail}";
}
