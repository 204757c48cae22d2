using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Cli.Plans;

/// <summary>A plan as JSON and YAML have it. Names are camelCase; money is in US dollars, rates per hour.</summary>
internal static class PlanDocument
{
    public static Document Of(MovePlan plan) => new(
        plan.Verdict.ToString(),
        plan.Reason,
        new Account(
            plan.Balance.Before.Usd, plan.Balance.After.Usd, plan.Balance.Saved.Usd, plan.Balance.RiskAndWishes.Usd, plan.Balance.Moving.Usd, plan.Balance.NetBenefit.Usd,
            plan.Balance.StableHours, plan.Balance.Moves, plan.Balance.Pods),
        [.. plan.NewNodes.Select(n => new Added(n.Name, n.InstanceType, n.Like, Price(n.Price)))],
        [.. plan.Waves.Select(w => new Wave([.. w.Moves.Select(m => new Move(m.Namespace, m.Pod, m.Source, m.Target, m.Cost.Usd, m.Reason, MoveMethods.Of(m.IsEviction)))]))],
        [.. plan.FreedNodes.Select(n => new Freed(n.Name, Price(n.Price), n.WasEmpty))],
        [.. plan.KeptNodes.Select(n => new Kept(n.Name, Price(n.Price), n.Reason))]);

    private static PriceOf Price(NodePrice price) => new(price.PerHour.Usd, price.Source.ToString(), price.Estimated);

    internal sealed record Document(string Verdict, string Reason, Account Balance, IReadOnlyList<Added> NewNodes, IReadOnlyList<Wave> Waves, IReadOnlyList<Freed> FreedNodes, IReadOnlyList<Kept> KeptNodes);

    internal sealed record Account(
        decimal UsdPerHourBefore, decimal UsdPerHourAfter, decimal UsdPerHourSaved, decimal UsdPerHourRiskAndWishes, decimal UsdMoving, decimal UsdNetBenefit, double StableHours, int Moves, int Pods);

    internal sealed record PriceOf(decimal UsdPerHour, string Source, bool Estimated);

    internal sealed record Added(string Name, string InstanceType, string Like, PriceOf Price);

    internal sealed record Wave(IReadOnlyList<Move> Moves);

    internal sealed record Move(string Namespace, string Pod, string Source, string Target, decimal UsdCost, string Reason, string Method);

    internal sealed record Freed(string Name, PriceOf Price, bool WasEmpty);

    internal sealed record Kept(string Name, PriceOf Price, string Reason);
}
