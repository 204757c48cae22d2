using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.PolicyObjects;

namespace Rebalancer.Descheduler.Policies;

/// <summary>A policy object as rules, with the prices that ship.</summary>
internal static class PolicyRules
{
    /// <summary>Where no policy says anything.</summary>
    public static readonly PlanPolicy Default = Priced(new PlanPolicy());

    /// <returns>Null: it is gone, on its way out, or makes no sense, which its condition Ready tells.</returns>
    public static RebalanceRules? Of(RebalancePolicy? policy)
    {
        if (policy is null || policy.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var problems = new List<InvalidField>();
        var rules = Read(policy, problems);
        return problems.Count == 0 ? rules : null;
    }

    /// <param name="problems">Takes all that is wrong; where there is something, the rules are not to be used.</param>
    public static RebalanceRules Read(RebalancePolicy policy, ICollection<InvalidField> problems)
    {
        var rules = PolicyMapping.ToModel($"{RebalancePolicy.RebalancePolicyKind} {policy.Metadata.Name}", policy.Spec, problems);
        return rules with { Plan = Priced(rules.Plan) };
    }

    /// <summary>Why nothing is to begin under it; null: it may.</summary>
    public static string? Paused(RebalancePolicy? policy)
        => policy?.Metadata.Annotations?.TryGetValue(Names.Paused, out var why) == true ? (why.Length > 0 ? why : "without a reason") : null;

    private static PlanPolicy Priced(PlanPolicy policy) => policy with { Pricing = policy.Pricing with { Catalogues = [Ec2Catalogue.Instance] } };
}
