using System.Collections.Immutable;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>The policies at one instant, in the order of their names; those that make no sense are passed over. What none of them says is as without a policy.</summary>
internal sealed class PolicyBook
{
    private readonly ImmutableArray<(string Name, string Label, PlanPolicy Policy)> policies;

    private PolicyBook(ImmutableArray<(string Name, string Label, PlanPolicy Policy)> policies)
    {
        this.policies = policies;
        Commitments = [.. policies.SelectMany(p => p.Policy.Commitments.Select((c, i) => ($"{p.Name}/commitments[{i}]", c)))];
    }

    /// <summary>Of all policies: what is paid for is so whoever says it.</summary>
    public ImmutableArray<(string Name, Commitment Commitment)> Commitments { get; }

    public static PolicyBook Of(IEnumerable<RebalancePolicy> policies)
    {
        var sound = ImmutableArray.CreateBuilder<(string, string, PlanPolicy)>();
        foreach (var policy in policies.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal))
        {
            var problems = new List<InvalidField>();
            var rules = PolicyRules.Read(policy, problems);
            if (problems.Count == 0)
            {
                sound.Add((policy.Metadata.Name, $"{policy.Metadata.Name}@{policy.Metadata.Generation ?? 0}", rules.Plan));
            }
        }

        return new PolicyBook(sound.ToImmutable());
    }

    /// <summary>The first whose nodes this is one of. The label is "name@generation", or empty.</summary>
    public (string Label, PlanPolicy Policy) ForNode(NodeInfo node)
        => policies.Where(p => p.Policy.Nodes.Matches(node)).Select(p => (p.Label, p.Policy)).DefaultIfEmpty(("", PolicyRules.Default)).First();

    /// <summary>That of the plan, else the first whose pods this is one of.</summary>
    public (string Label, PlanPolicy Policy) ForPod(PodInfo pod, string? ofPlan)
        => policies.Where(p => p.Name == ofPlan).Concat(policies.Where(p => p.Policy.Pods.Refusal(pod) is null)).Select(p => (p.Label, p.Policy)).DefaultIfEmpty(("", PolicyRules.Default)).First();
}
