using k8s.Models;
using Rebalancer.Testing.Selectors;

namespace Rebalancer.Testing.Controllers;

/// <summary>Whether a pod may run on a node.</summary>
internal static class NodeFit
{
    private const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    /// <returns>Null when it fits; otherwise the scheduler's words for why not.</returns>
    public static string? Check(V1Pod pod, V1Node node, NodeRoom free)
    {
        if (node.Spec?.Unschedulable == true && !Tolerates(pod, new V1Taint { Key = UnschedulableTaint, Effect = "NoSchedule" }))
        {
            return "node(s) were unschedulable";
        }

        if (node.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") != true)
        {
            return "node(s) were not ready";
        }

        var taint = node.Spec?.Taints?.FirstOrDefault(t => t.Effect is "NoSchedule" or "NoExecute" && !Tolerates(pod, t));
        if (taint is not null)
        {
            return $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}";
        }

        return MatchesAffinity(pod, node) ? CheckRoom(pod, free) : "node(s) didn't match Pod's node affinity/selector";
    }

    private static string? CheckRoom(V1Pod pod, NodeRoom free)
    {
        var cpu = NodeRoom.Requested(pod, "cpu");
        var memory = NodeRoom.Requested(pod, "memory");
        return free.Pods < 1 ? "Too many pods"
            : cpu > 0 && cpu > free.CpuCores ? "Insufficient cpu"
            : memory > 0 && memory > free.MemoryBytes ? "Insufficient memory"
            : null;
    }

    private static bool Tolerates(V1Pod pod, V1Taint taint) => pod.Spec.Tolerations?.Any(t =>
        (string.IsNullOrEmpty(t.Effect) || t.Effect == taint.Effect)
        && (string.IsNullOrEmpty(t.Key) ? t.OperatorProperty == "Exists" : t.Key == taint.Key)
        && (t.OperatorProperty == "Exists" || (t.Value ?? "") == (taint.Value ?? ""))) == true;

    private static bool MatchesAffinity(V1Pod pod, V1Node node)
    {
        var labels = node.Metadata.Labels;
        if (pod.Spec.NodeSelector?.Any(s => labels is null || !labels.TryGetValue(s.Key, out var value) || value != s.Value) == true)
        {
            return false;
        }

        var terms = pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        return terms is null || terms.Any(term => Matches(term, node));
    }

    private static bool Matches(V1NodeSelectorTerm term, V1Node node)
    {
        if (term.MatchExpressions is not { Count: > 0 } && term.MatchFields is not { Count: > 0 })
        {
            return false;
        }

        var labels = node.Metadata.Labels;
        return (term.MatchExpressions ?? []).All(e => Holds(e, labels is not null && labels.TryGetValue(e.Key, out var value) ? value : null))
            && (term.MatchFields ?? []).All(f => f.Key == "metadata.name" && Holds(f, node.Metadata.Name));
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, string? value) =>
        Enum.TryParse<Operator>(requirement.OperatorProperty, out var op) && new Requirement(requirement.Key, op, [.. requirement.Values ?? []]).Holds(value);
}
