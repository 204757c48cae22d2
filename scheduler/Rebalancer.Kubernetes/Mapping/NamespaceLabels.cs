using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Namespaces by their labels, so that a namespaceSelector can be read as a list of names.</summary>
public sealed class NamespaceLabels
{
    public static readonly NamespaceLabels Unknown = new(null);

    private readonly ImmutableSortedDictionary<string, ImmutableDictionary<string, string>>? known;

    private NamespaceLabels(ImmutableSortedDictionary<string, ImmutableDictionary<string, string>>? known) => this.known = known;

    /// <summary>Without any namespace they are unknown: a cluster has at least its default one.</summary>
    public static NamespaceLabels Of(IReadOnlyCollection<V1Namespace> namespaces)
        => namespaces.Count == 0
            ? Unknown
            : new NamespaceLabels(namespaces.ToImmutableSortedDictionary(
                n => n.Metadata.Name, n => (n.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(), StringComparer.Ordinal));

    /// <summary>Names that the selector matches; null where that cannot be said.</summary>
    public ImmutableArray<string>? Matching(LabelSelector selector)
        => known is null ? null : [.. known.Where(n => selector.Matches(n.Value)).Select(n => n.Key)];
}
