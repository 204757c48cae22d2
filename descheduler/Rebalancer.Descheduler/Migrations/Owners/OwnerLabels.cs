using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations.Owners;

/// <summary>Which label to take from a pod so that its owner lets go of it while Services and budgets keep seeing it.</summary>
internal static class OwnerLabels
{
    public static (ImmutableDictionary<string, string> Labels, Refusal? Refusal) ToTake(V1Pod pod, OwnerView owner, ClusterView cluster)
    {
        var selector = owner.MatchLabels;
        var labels = pod.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty;
        var candidates = selector.Keys.Where(labels.ContainsKey).OrderBy(k => k == Names.PodTemplateHash ? 0 : 1).ThenBy(k => k, StringComparer.Ordinal);
        var free = candidates.FirstOrDefault(key => UserOf(key, labels, cluster) is null);
        if (free is not null)
        {
            return (ImmutableDictionary<string, string>.Empty.Add(free, labels[free]), null);
        }

        var users = string.Join(", ", selector.Keys.Select(key => $"{key} ({UserOf(key, labels, cluster) ?? "not on the pod"})"));
        return (ImmutableDictionary<string, string>.Empty, new Refusal(
            Reasons.OwnerUnsupported,
            $"{owner.FullName} has no label in spec.selector.matchLabels that could be taken from its pod without taking the pod from a Service or PodDisruptionBudget: {users}"));
    }

    private static string? UserOf(string key, IDictionary<string, string> labels, ClusterView cluster)
    {
        var service = cluster.Services.FirstOrDefault(s => s.Spec?.Selector is { Count: > 0 } selector && selector.ContainsKey(key)
            && selector.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value));
        if (service is not null)
        {
            return "Service " + service.Metadata.Name;
        }

        var budget = cluster.Budgets.FirstOrDefault(b => b.Selector.Requirements.Any(r => r.Key == key)
            && b.Selector.Matches(labels.AsReadOnly()));
        return budget is null ? null : "PodDisruptionBudget " + budget.Name;
    }
}
