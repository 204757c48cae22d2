using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;

namespace Rebalancer.Rebalancing.Proposals;

/// <summary>A plan as the object that is kept, shown, approved and carried out.</summary>
public static class Proposal
{
    /// <summary>As many as the schema takes.</summary>
    private const int MaxFreedNodes = 2000;
    private const int MaxText = 512;
    private const int MaxPolicyName = 40;

    public static RebalancePlan Of(MovePlan plan, string policy, long generation, DateTimeOffset now)
    {
        var added = plan.NewNodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return new RebalancePlan
        {
            Metadata = new V1ObjectMeta { Name = NameOf(policy, now) },
            Spec = new RebalancePlanSpec
            {
                PolicyName = policy,
                PolicyGeneration = generation,
                Verdict = plan.Verdict.ToString(),
                Reason = Short(plan.Reason),
                Predicted = Predicted(plan.Balance),
                NewNodes = [.. plan.NewNodes.Select(n => new PlanNewNode { Name = n.Name, InstanceType = n.InstanceType, Like = n.Like, UsdPerHour = new DecimalText(n.Price.PerHour.Usd) })],
                Moves = [.. plan.Waves.SelectMany((w, i) => w.Moves.Select(m => ToMove(m, i + 1, added)))],
                FreedNodes = [.. plan.FreedNodes.OrderBy(n => n.WasEmpty).Take(MaxFreedNodes).Select(n => new PlanFreedNode { Name = n.Name, UsdPerHour = new DecimalText(n.Price.PerHour.Usd), WasEmpty = n.WasEmpty })],
            },
        };
    }

    /// <summary>Short enough for a label, where moves say whose they are.</summary>
    private static string NameOf(string policy, DateTimeOffset now)
        => $"{policy[..Math.Min(policy.Length, MaxPolicyName)].TrimEnd('.', '-')}-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";

    private static PlanMove ToMove(PlannedMove move, int wave, HashSet<string> added) => new()
    {
        Wave = wave,
        Namespace = move.Namespace,
        Pod = move.Pod,
        PodUID = move.Uid,
        SourceNode = move.Source,
        TargetNode = move.Target,
        UsdCost = new DecimalText(move.Cost.Usd),
        Reason = added.Contains(move.Target) ? MoveReasons.Replacement : MoveReasons.Consolidation,
        Message = Short(move.Reason),
        Method = MoveMethods.Of(move.IsEviction),
    };

    private static PredictedSavings Predicted(PlanBalance balance) => new()
    {
        UsdPerHourBefore = new DecimalText(balance.Before.Usd),
        UsdPerHourAfter = new DecimalText(balance.After.Usd),
        UsdPerHourSaved = new DecimalText(balance.Saved.Usd),
        UsdPerHourRiskAndWishes = new DecimalText(balance.RiskAndWishes.Usd),
        UsdMoving = new DecimalText(balance.Moving.Usd),
        UsdNetBenefit = new DecimalText(balance.NetBenefit.Usd),
        StableHours = new DecimalText((decimal)balance.StableHours),
        Moves = balance.Moves,
        Pods = balance.Pods,
    };

    private static string Short(string text) => text.Length > MaxText ? text[..MaxText] : text;
}
