namespace Rebalancer.Planning;

/// <summary>Why a node is not taken as the target of a move.</summary>
public enum RejectionKind
{
    Unknown,
    IsSource,
    AgentMissing,
    Doomed,
    Unready,
    Taint,
    NodeSelector,
    NodeAffinity,
    PodAffinity,
    PodAntiAffinity,
    PodLimit,
    Resources,
}

/// <summary>One node and the first thing that speaks against it, with the values.</summary>
public sealed record Rejection(string Node, RejectionKind Kind, string Detail)
{
    public override string ToString() => $"{Node}: {Detail}";
}
