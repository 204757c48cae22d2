using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>What a pod would rather have. Weights are Kubernetes' own, 1 to 100; those of anti-affinity count against a node.</summary>
public sealed record Preferences(ImmutableArray<PreferredNode> Nodes, ImmutableArray<PreferredPods> Pods)
{
    public static readonly Preferences None = new([], []);

    public bool IsEmpty => Nodes.IsEmpty && Pods.IsEmpty;
}

public sealed record PreferredNode(int Weight, NodeTerm Term);

/// <param name="Weight">Negative for anti-affinity.</param>
public sealed record PreferredPods(int Weight, PodTerm Term);
