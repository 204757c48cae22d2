using System.Globalization;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Model;

namespace Rebalancer.Ledger.Focus;

/// <summary>
/// The charges of a period. Rows of kind Node are costs, and theirs alone are the cost columns: their sum is what the nodes cost. What was saved was not
/// billed, so it stands in x_ columns of rows whose costs are 0, and is in no sum of costs.
/// </summary>
internal static class FocusRows
{
    private const string Node = "Kubernetes node";

    public static IEnumerable<FocusRow> Of(Account account)
        => account.NodeCosts().Select(c => Cost(c.Node, c.Part, c.Price))
            .Concat(account.Plans.SelectMany(plan => Saved(account, plan)))
            .Concat(account.Plans.SelectMany(plan => Added(account, plan)))
            .Concat(account.Moves.Select(Move));

    private static FocusRow Cost(NodeEntry node, Period day, PriceEntry price)
    {
        var committed = price.Commitment.Length > 0;
        var (sku, place) = (node.InstanceType.Length > 0 ? node.InstanceType : "priced-by-size", Known(node.Region) ?? "any-region");
        return new FocusRow
        {
            Charge = Charge.Node,
            From = day.From,
            To = day.To,
            Description = $"Node {node.Name} ran at {Usd(price.UsdPerHour)} per hour ({price.Source.ToLowerInvariant()}{(price.Estimated ? ", estimated" : "")})",
            BilledCost = committed ? 0 : day.Hours * price.UsdPerHour,
            EffectiveCost = day.Hours * price.UsdPerHour,
            ListCost = day.Hours * price.ListUsdPerHour,
            ContractedCost = day.Hours * price.UsdPerHour,
            ListUnitPrice = price.ListUsdPerHour,
            ContractedUnitPrice = price.UsdPerHour,
            Quantity = day.Hours,
            PricingCategory = committed ? "Committed" : node.Capacity == nameof(CapacityType.Spot) ? "Dynamic" : "Standard",
            CommitmentId = Known(price.Commitment),
            ResourceId = node.ProviderId.Length > 0 ? node.ProviderId : node.Uid,
            ResourceName = node.Name,
            ResourceType = Node,
            RegionId = Known(node.Region),
            Zone = Known(node.Zone),
            InstanceType = Known(node.InstanceType),
            SkuId = sku,
            SkuPriceId = $"{sku}/{place}/{node.Capacity}",
            Provider = Provider.Of(node.ProviderId),
            Tags = FocusColumns.Json("kubernetes.io/hostname", node.Name),
            NodeUid = node.Uid,
            PriceSource = Known(price.Source),
            PriceEstimated = price.Estimated,
        };
    }

    private static IEnumerable<FocusRow> Saved(Account account, PlanEntry plan)
        => from node in account.GoneOf(plan)
           from day in node.Saving(plan, account.Period.To).Within(account.Period).Days()
           select Of(Charge.NodeSaved, plan, node.Uid, node.Name, node.Machine, day, day.Hours * node.UsdPerHour, $"Node {node.Name}, freed by plan {plan.Name}, did not run; it had cost {Usd(node.UsdPerHour)} per hour");

    private static IEnumerable<FocusRow> Added(Account account, PlanEntry plan)
        => from node in account.AddedOf(plan)
           from part in Realised.Parts(plan, node, account.Period)
           from day in part.Part.Days()
           select Of(Charge.NodeAdded, plan, node.Uid, node.Name, node.Machine, day, -day.Hours * part.UsdPerHour, $"Node {node.Name}, added for plan {plan.Name}, ran at {Usd(part.UsdPerHour)} per hour");

    private static FocusRow Of(Charge charge, PlanEntry plan, string uid, string name, string machine, Period day, decimal saved, string description) => new()
    {
        Charge = charge,
        From = day.From,
        To = day.To,
        Description = description,
        ResourceId = machine.Contains("://", StringComparison.Ordinal) ? machine : uid,
        ResourceName = name,
        ResourceType = Node,
        Provider = Provider.Of(machine),
        Plan = plan.Name,
        PlanUid = plan.Uid,
        NodeUid = uid,
        SavedUsd = saved,
    };

    private static FocusRow Move(MoveAccount account)
    {
        var move = account.Move;
        var ended = move.CompletedAt!.Value;
        return new FocusRow
        {
            Charge = Charge.Move,
            From = ended,
            To = ended.AddSeconds(1),
            Description = $"Pod {move.Namespace}/{move.Pod} moved from {move.SourceNode} to {move.TargetNode}: {move.Phase}, frozen for {move.FreezeMs} ms, {move.Bytes} bytes sent ({move.Reason})",
            ResourceId = move.PodUid.Length > 0 ? move.PodUid : move.Uid,
            ResourceName = $"{move.Namespace}/{move.Pod}",
            ResourceType = "Kubernetes pod",
            Provider = Provider.OfPods,
            Tags = FocusColumns.Json("kubernetes.io/namespace", move.Namespace),
            Plan = Known(move.Plan),
            MigrationUid = move.Uid,
            MoveCostUsd = account.CostUsd,
            AvoidedLossUsd = account.AvoidedUsd,
        };
    }

    private static string? Known(string text) => text.Length > 0 ? text : null;

    private static string Usd(decimal usd) => "$" + usd.ToString("0.#########", CultureInfo.InvariantCulture);
}
