using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Accounting;

/// <summary>Reads a ledger's book for a period: what each node cost, and what each plan and move saved and cost.</summary>
public sealed class Account
{
    private readonly LedgerBook book;
    private readonly PriceHistory prices;
    private readonly NodeFates fates;
    private readonly ILookup<string, MoveAccount> byPlan;

    public Account(LedgerBook book, Period period)
    {
        this.book = book;
        Period = period;
        prices = new PriceHistory(book.Prices);
        fates = new NodeFates(book, prices);
        Moves = [.. book.Moves.Where(m => Phases.IsFinal(m.Phase) && m.CompletedAt >= period.From && m.CompletedAt < period.To).Select(MoveAccount.Of)];
        byPlan = Moves.Where(m => m.Move.Plan.Length > 0).ToLookup(m => PlanOf(m.Move)?.Uid ?? "", StringComparer.Ordinal);
        Plans = [.. book.Plans.Where(p => p.CreatedAt < period.To && (p.HorizonEnd ?? p.CreatedAt) >= period.From)];
    }

    public Period Period { get; }

    /// <summary>Those that ended in the period.</summary>
    public ImmutableArray<MoveAccount> Moves { get; }

    /// <summary>Those that were made in the period, or whose horizon reaches into it.</summary>
    public ImmutableArray<PlanEntry> Plans { get; }

    public IEnumerable<NodeGone> GoneOf(PlanEntry plan) => fates.Gone[plan.Uid];

    public IEnumerable<NodeAdded> AddedOf(PlanEntry plan) => fates.Added[plan.Uid];

    public IReadOnlyCollection<MoveAccount> MovesOf(PlanEntry plan) => [.. byPlan[plan.Uid]];

    /// <summary>What the nodes cost: for each, parts of the period in each of which one price held, cut at midnight.</summary>
    public IEnumerable<(NodeEntry Node, Period Part, PriceEntry Price)> NodeCosts()
        => from node in book.Nodes
           let life = new Period(node.SeenAt, node.GoneAt ?? DateTimeOffset.MaxValue).Within(Period)
           from piece in prices.Over(node.Uid, life)
           from day in piece.Part.Days()
           select (node, day, piece.Price);

    public SavingsReport Report()
    {
        var plans = Plans.Select(Line).ToImmutableArray();
        var nodesUsdPerHour = book.Nodes.Where(n => n.SeenAt <= Period.To && !(n.GoneAt <= Period.To)).Sum(n => prices.At(n.Uid, Period.To)?.UsdPerHour ?? 0);
        return new SavingsReport(
            Period.From, Period.To, book.RecordedSince, NodeCosts().Sum(c => c.Part.Hours * c.Price.UsdPerHour), nodesUsdPerHour, TotalsOf(plans), plans, [.. Moves.Select(Line)],
            Moves.Count(m => m.Move.Value is null));
    }

    private Totals TotalsOf(IReadOnlyCollection<PlanLine> plans)
    {
        var open = plans.Where(p => p.StartedAt <= Period.To && p.HorizonEnd > Period.To).ToList();
        return new Totals(
            open.Sum(p => p.PredictedUsdPerHour), open.Sum(p => p.RealisedUsdPerHour), plans.Sum(p => p.PredictedUsd), plans.Sum(p => p.NodesSavedUsd), plans.Sum(p => p.NewNodesUsd),
            Moves.Sum(m => m.FreezeUsd), Moves.Sum(m => m.BytesUsd), Moves.Sum(m => m.RestartUsd), Moves.Sum(m => m.AvoidedUsd),
            Moves.Count(m => m.Succeeded), Moves.Count(m => m.Failed), Moves.Count(m => !m.Succeeded && !m.Failed));
    }

    private PlanLine Line(PlanEntry plan)
    {
        var (gone, added) = (GoneOf(plan).ToList(), AddedOf(plan).ToList());
        var realised = Realised.Of(plan, gone, added, MovesOf(plan), Period);
        var promised = plan.StartedAt is { } start ? new Period(start, plan.HorizonEnd!.Value).Within(Period) : default;
        return new PlanLine(
            plan.Name, plan.Uid, $"{plan.Policy}@{plan.PolicyGeneration}", plan.Verdict, plan.Phase, plan.CreatedAt, plan.StartedAt, plan.HorizonEnd, plan.PredictedUsdPerHour,
            promised.Usd(plan.PredictedUsdPerHour), plan.PredictedUsdMoving, realised.UsdPerHour, realised.NodesUsd, realised.NewNodesUsd, realised.MovingUsd, realised.NetUsd, realised.SucceededMoves, realised.FailedMoves,
            [.. gone.Select(n => Line(n, n.Saving(plan, Period.To).Within(Period)))],
            [.. added.Select(n => new NodeLine(n.Name, n.Uid, n.Machine, n.From, n.Cost(plan, Period.To).To, n.UsdPerHour(Period.To), Realised.Parts(plan, n, Period).Sum(p => p.Part.Usd(p.UsdPerHour))))],
            plan.StartedAt is null ? [] : [.. plan.FreedNodes.Where(n => !n.WasEmpty && gone.All(g => g.Name != n.Name)).Select(n => n.Name)]);
    }

    private static NodeLine Line(NodeGone node, Period saving) => new(node.Name, node.Uid, node.Machine, node.At, saving.IsEmpty ? node.At : saving.To, node.UsdPerHour, saving.Usd(node.UsdPerHour));

    private static MoveLine Line(MoveAccount account)
    {
        var move = account.Move;
        return new MoveLine(
            move.Namespace, move.Name, move.Uid, move.Plan, move.Pod, move.Reason, move.Phase, move.PhaseReason, move.SourceNode, move.TargetNode, move.CompletedAt, move.FreezeMs, move.Bytes,
            account.FreezeUsd, account.BytesUsd, account.RestartUsd, account.AvoidedUsd, move.Value?.Policy ?? "");
    }

    /// <summary>A plan's name may be used again; a move is of the plan that was there when it was made.</summary>
    private PlanEntry? PlanOf(MoveEntry move) => book.Plans.LastOrDefault(p => p.Name == move.Plan && p.CreatedAt <= move.CreatedAt);
}
