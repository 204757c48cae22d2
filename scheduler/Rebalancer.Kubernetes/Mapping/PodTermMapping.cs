using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>
/// Affinity of one pod to others. Where the labels of namespaces are not known, a namespaceSelector that asks for some is read in the direction that
/// refuses a node rather than breaking the rule.
/// </summary>
internal sealed class PodTermMapping(V1Pod pod, NamespaceLabels namespaces)
{
    private static readonly LabelSelector Everything = new([]);
    private readonly string ns = pod.Metadata.NamespaceProperty ?? "";

    public ImmutableArray<PodTerm> Affinity(IList<V1PodAffinityTerm>? terms) => [.. (terms ?? []).Select(t => ToTerm(t, whenUnknown: null))];

    public ImmutableArray<PodTerm> AntiAffinity(IList<V1PodAffinityTerm>? terms) => [.. (terms ?? []).Select(t => ToTerm(t, whenUnknown: Everything))];

    public ImmutableArray<PreferredPods> Preferred(V1PodAffinity? near, V1PodAntiAffinity? far) =>
    [
        .. (near?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Where(p => p.PodAffinityTerm is not null).Select(p => new PreferredPods(p.Weight, ToTerm(p.PodAffinityTerm, null))),
        .. (far?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Where(p => p.PodAffinityTerm is not null).Select(p => new PreferredPods(-p.Weight, ToTerm(p.PodAffinityTerm, Everything))),
    ];

    /// <summary>The pod's own values of the keys become a part of the selector, as the API server does it; a key that the pod lacks, or that is there already, adds nothing.</summary>
    public static LabelSelector? WithKeys(LabelSelector? selector, V1Pod pod, IList<string>? keys, string operation)
    {
        if (selector is null || keys is null || pod.Metadata.Labels is not { } labels)
        {
            return selector;
        }

        var added = keys.Where(labels.ContainsKey).Select(k => new Requirement(k, operation, [labels[k]]));
        var missing = added.Where(a => !selector.Requirements.Any(r => r.Key == a.Key && r.Operator == a.Operator && r.Values.SequenceEqual(a.Values)));
        return new LabelSelector([.. selector.Requirements, .. missing]);
    }

    private PodTerm ToTerm(V1PodAffinityTerm term, LabelSelector? whenUnknown)
    {
        var selector = WithKeys(PlacementMapping.ToSelector(term.LabelSelector), pod, term.MatchLabelKeys, "In");
        selector = WithKeys(selector, pod, term.MismatchLabelKeys, "NotIn");
        var named = term.Namespaces is { Count: > 0 } list ? list.ToImmutableArray() : [];
        if (PlacementMapping.ToSelector(term.NamespaceSelector) is not { } asked)
        {
            return new PodTerm(selector, named.IsEmpty ? [ns] : named, term.TopologyKey);
        }

        if (asked.Requirements.IsEmpty)
        {
            return new PodTerm(selector, [], term.TopologyKey);
        }

        if (namespaces.Matching(asked) is not { } matching)
        {
            return new PodTerm(whenUnknown, [], term.TopologyKey);
        }

        // An empty list would mean all namespaces; here it means that no pod can match.
        ImmutableArray<string> all = [.. named.Union(matching).Order(StringComparer.Ordinal)];
        return new PodTerm(all.IsEmpty ? null : selector, all, term.TopologyKey);
    }
}
