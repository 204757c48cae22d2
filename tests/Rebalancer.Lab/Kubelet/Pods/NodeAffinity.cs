using System.Globalization;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Node selector and required node affinity of a pod against a node.</summary>
internal static class NodeAffinity
{
    /// <returns>Null when the node matches.</returns>
    public static string? Refusal(V1Pod pod, V1Node node)
    {
        var labels = node.Metadata.Labels ?? new Dictionary<string, string>();
        foreach (var (key, value) in pod.Spec.NodeSelector ?? new Dictionary<string, string>())
        {
            if (!labels.TryGetValue(key, out var actual) || actual != value)
            {
                return $"node selector {key}={value} does not match node {node.Name()}";
            }
        }

        var terms = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        return terms is null || terms.Any(term => Matches(term, node, labels)) ? null : $"required node affinity does not match node {node.Name()}";
    }

    private static bool Matches(V1NodeSelectorTerm term, V1Node node, IDictionary<string, string> labels) =>
        (term.MatchExpressions is { Count: > 0 } || term.MatchFields is { Count: > 0 })
        && (term.MatchExpressions ?? []).All(requirement => Matches(requirement, labels.TryGetValue(requirement.Key, out var value) ? value : null))
        && (term.MatchFields ?? []).All(requirement => requirement.Key == "metadata.name" && Matches(requirement, node.Name()));

    private static bool Matches(V1NodeSelectorRequirement requirement, string? value) => requirement.OperatorProperty switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement) > 0,
        "Lt" => Compare(value, requirement) < 0,
        _ => false,
    };

    private static int Compare(string? value, V1NodeSelectorRequirement requirement) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var number) && long.TryParse(requirement.Values[0], CultureInfo.InvariantCulture, out var bound) ? number.CompareTo(bound) : 0;
}
