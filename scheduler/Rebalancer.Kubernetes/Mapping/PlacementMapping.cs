using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

public static class PlacementMapping
{
    public static Placement ToModel(V1Pod pod)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        var ns = pod.Metadata.NamespaceProperty ?? "";
        var affinity = spec.Affinity;
        return new Placement
        {
            NodeSelector = (spec.NodeSelector ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(),
            NodeTerms = WithoutPin(pod, (affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? []).Select(ToTerm)),
            Tolerations = (spec.Tolerations ?? []).Select(t => new Toleration(t.Key ?? "", t.OperatorProperty ?? "Equal", t.Value ?? "", t.Effect ?? "")).ToImmutableArray(),
            Affinity = Terms(affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, ns, whenUnknown: null),
            AntiAffinity = Terms(affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution, ns, whenUnknown: Everything),
        };
    }

    public static LabelSelector? ToSelector(V1LabelSelector? selector)
    {
        if (selector is null)
        {
            return null;
        }

        var exact = (selector.MatchLabels ?? ImmutableDictionary<string, string>.Empty).Select(l => new Requirement(l.Key, "In", [l.Value]));
        var expressions = (selector.MatchExpressions ?? []).Select(e => new Requirement(e.Key, e.OperatorProperty, [.. e.Values ?? []]));
        return new LabelSelector([.. exact.Concat(expressions)]);
    }

    private static LabelSelector Everything => new([]);

    /// <summary>A replacement that came by a move carries the node it was claimed for in each of its terms: no wish of its owner, or no pod could move twice.</summary>
    private static ImmutableArray<NodeTerm> WithoutPin(V1Pod pod, IEnumerable<NodeTerm> terms)
        => PodMapping.Annotation(pod, Names.ClaimAnnotation) is null
            ? [.. terms]
            : [.. terms.Select(t => t with { Fields = t.Fields.RemoveAll(f => IsPin(f, pod.Spec.NodeName)) }).Where(t => !t.Fields.IsEmpty || !t.Labels.IsEmpty)];

    private static bool IsPin(Requirement field, string node)
        => field is { Key: Names.NodeNameField, Operator: "In", Values: [var only] } && only == node;

    private static NodeTerm ToTerm(V1NodeSelectorTerm term)
        => new([.. (term.MatchExpressions ?? []).Select(ToRequirement)], [.. (term.MatchFields ?? []).Select(ToRequirement)]);

    private static Requirement ToRequirement(V1NodeSelectorRequirement r) => new(r.Key, r.OperatorProperty, [.. r.Values ?? []]);

    /// <summary>Labels of namespaces are not watched: a namespaceSelector that asks for some is read in the direction that refuses a node rather than breaking the rule.</summary>
    private static ImmutableArray<PodTerm> Terms(IList<V1PodAffinityTerm>? terms, string ns, LabelSelector? whenUnknown)
        => [.. (terms ?? []).Select(t => ToTerm(t, ns, whenUnknown))];

    private static PodTerm ToTerm(V1PodAffinityTerm term, string ns, LabelSelector? whenUnknown)
    {
        var named = term.Namespaces is { Count: > 0 } list ? list.ToImmutableArray() : [];
        if (term.NamespaceSelector is null)
        {
            return new PodTerm(ToSelector(term.LabelSelector), named.IsEmpty ? [ns] : named, term.TopologyKey);
        }

        var selectsAll = ToSelector(term.NamespaceSelector) is { Requirements.IsEmpty: true };
        return new PodTerm(selectsAll ? ToSelector(term.LabelSelector) : whenUnknown, [], term.TopologyKey);
    }
}
