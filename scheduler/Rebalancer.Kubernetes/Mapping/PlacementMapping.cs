using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

public static class PlacementMapping
{
    public static Placement ToModel(V1Pod pod, NamespaceLabels? namespaces = null)
    {
        var spec = pod.Spec ?? new V1PodSpec();
        var terms = new PodTermMapping(pod, namespaces ?? NamespaceLabels.Unknown);
        var affinity = spec.Affinity;
        return new Placement
        {
            NodeSelector = (spec.NodeSelector ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(),
            NodeTerms = WithoutPin(pod, (affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? []).Select(ToTerm)),
            Tolerations = (spec.Tolerations ?? []).Select(t => new Toleration(t.Key ?? "", t.OperatorProperty ?? "Equal", t.Value ?? "", t.Effect ?? "")).ToImmutableArray(),
            Affinity = terms.Affinity(affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution),
            AntiAffinity = terms.AntiAffinity(affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution),
            Spread = [.. (spec.TopologySpreadConstraints ?? []).Select(c => ToModel(c, pod))],
            Preferences = new Preferences(
                [.. (affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Where(p => p.Preference is not null).Select(p => new PreferredNode(p.Weight, ToTerm(p.Preference)))],
                terms.Preferred(affinity?.PodAffinity, affinity?.PodAntiAffinity)),
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

    private static SpreadConstraint ToModel(V1TopologySpreadConstraint c, V1Pod pod) => new(
        c.TopologyKey,
        PodTermMapping.WithKeys(ToSelector(c.LabelSelector), pod, c.MatchLabelKeys, "In"),
        c.MaxSkew,
        c.MinDomains ?? 1,
        Required: c.WhenUnsatisfiable == "DoNotSchedule",
        HonorAffinity: c.NodeAffinityPolicy is null or "Honor",
        HonorTaints: c.NodeTaintsPolicy == "Honor");

    /// <summary>A replacement that came by a move carries the node it was claimed for in each of its terms: no wish of its owner, or no pod could move twice.</summary>
    private static ImmutableArray<NodeTerm> WithoutPin(V1Pod pod, IEnumerable<NodeTerm> terms)
        => PodMapping.Annotation(pod, Names.ClaimAnnotation) is null
            ? [.. terms]
            : [.. terms.Select(t => t with { Fields = t.Fields.RemoveAll(f => IsPin(f, pod.Spec.NodeName)) }).Where(t => !t.Fields.IsEmpty || !t.Labels.IsEmpty)];

    private static bool IsPin(Requirement field, string node)
        => field is { Key: Names.NodeNameField, Operator: "In", Values: [var only] } && only == node;

    internal static NodeTerm ToTerm(V1NodeSelectorTerm term)
        => new([.. (term.MatchExpressions ?? []).Select(ToRequirement)], [.. (term.MatchFields ?? []).Select(ToRequirement)]);

    private static Requirement ToRequirement(V1NodeSelectorRequirement r) => new(r.Key, r.OperatorProperty, [.. r.Values ?? []]);
}
