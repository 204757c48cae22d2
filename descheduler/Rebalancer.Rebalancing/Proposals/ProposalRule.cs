using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;

namespace Rebalancer.Rebalancing.Proposals;

/// <summary>Whether a plan that was just made becomes a proposal. Pure.</summary>
public static class ProposalRule
{
    /// <summary>A proposal that stands is replaced only by one that is better by this factor: else whoever is to approve it would find another one each time.</summary>
    private const decimal Better = 1.1m;

    /// <summary>After that a proposal about which nobody has decided is looked at anew.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(24);

    /// <summary>Plans of a policy that have ended and are kept as the record.</summary>
    public const int MaxKept = 200;

    /// <param name="standing">The policy's proposal that has neither begun nor ended; null: there is none.</param>
    public static bool IsNews(MovePlan plan, RebalancePlan? standing)
        => plan.Verdict == PlanVerdict.Act
            && standing?.Spec.Approval is null
            && (standing is null || !standing.Spec.Predicted.UsdNetBenefit.TryRead(out var expected) || plan.Balance.NetBenefit.Usd > expected * Better);

    /// <summary>The newest of a policy's plans that has neither begun nor ended.</summary>
    public static RebalancePlan? Standing(IEnumerable<RebalancePlan> plansOfPolicy)
        => plansOfPolicy.Where(p => p.Status.Phase is null or PlanPhases.Proposed).MaxBy(MadeAt);

    /// <summary>The oldest that have ended, as far as there are more than are kept.</summary>
    public static ImmutableArray<RebalancePlan> ToForget(IEnumerable<RebalancePlan> plansOfPolicy)
        => [.. plansOfPolicy.Where(p => PlanPhases.IsFinal(p.Status.Phase)).OrderByDescending(MadeAt).Skip(MaxKept)];

    public static DateTimeOffset MadeAt(RebalancePlan plan) => plan.Metadata.CreationTimestamp is { } made ? new DateTimeOffset(made.ToUniversalTime()) : DateTimeOffset.MaxValue;
}
