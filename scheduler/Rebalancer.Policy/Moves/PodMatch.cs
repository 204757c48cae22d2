using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Moves;

/// <summary>Pods that a policy is about. What is left out is not asked; nothing at all matches every pod.</summary>
public sealed record PodMatch
{
    /// <summary>Only in these; empty: in all.</summary>
    public ImmutableHashSet<string> Namespaces { get; init; } = [];

    public ImmutableHashSet<string> ExcludedNamespaces { get; init; } = [];

    public LabelSelector Selector { get; init; } = new([]);

    /// <summary>Why the pod does not match; null: it does.</summary>
    public string? Refusal(PodInfo pod)
        => ExcludedNamespaces.Contains(pod.Namespace) || (!Namespaces.IsEmpty && !Namespaces.Contains(pod.Namespace)) ? $"the policy leaves namespace {pod.Namespace} alone"
            : !Selector.Matches(pod.Labels) ? "the policy's selector does not take it"
            : null;
}
