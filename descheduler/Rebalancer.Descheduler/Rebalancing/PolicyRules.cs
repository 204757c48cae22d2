using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.PolicyObjects;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>A policy object as rules.</summary>
internal static class PolicyRules
{
    /// <returns>Null: it is gone, on its way out, or makes no sense, which its condition Ready tells.</returns>
    public static RebalanceRules? Of(RebalancePolicy? policy)
    {
        if (policy is null || policy.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var problems = new List<InvalidField>();
        var rules = PolicyMapping.ToModel(policy.Metadata.Name, policy.Spec, problems);
        return problems.Count == 0 ? rules : null;
    }

    /// <summary>Why nothing is to begin under it; null: it may.</summary>
    public static string? Paused(RebalancePolicy? policy)
        => policy?.Metadata.Annotations?.TryGetValue(Names.Paused, out var why) == true ? (why.Length > 0 ? why : "without a reason") : null;
}
