namespace Rebalancer.Ledger.Focus;

/// <summary>One charge as FOCUS has it; see <see cref="FocusColumns"/> for the columns that follow from these.</summary>
internal sealed record FocusRow
{
    public required Charge Charge { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>Usage, or Adjustment for what nobody bills: savings and costs of moves, which stand in columns of ours.</summary>
    public string ChargeCategory => Charge == Charge.Node ? "Usage" : "Adjustment";
    public required string Description { get; init; }
    public decimal BilledCost { get; init; }
    public decimal EffectiveCost { get; init; }
    public decimal ListCost { get; init; }
    public decimal ContractedCost { get; init; }
    public decimal? ListUnitPrice { get; init; }
    public decimal? ContractedUnitPrice { get; init; }

    /// <summary>Node hours.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Standard, Dynamic or Committed.</summary>
    public string? PricingCategory { get; init; }
    public string? CommitmentId { get; init; }
    public string? ResourceId { get; init; }
    public string? ResourceName { get; init; }
    public string? ResourceType { get; init; }
    public string? RegionId { get; init; }
    public string? Zone { get; init; }
    public string? InstanceType { get; init; }
    public string? SkuId { get; init; }
    public string? SkuPriceId { get; init; }
    public Provider Provider { get; init; } = Provider.Of("");
    public string? Tags { get; init; }

    // Columns of ours.
    public string? Plan { get; init; }
    public string? PlanUid { get; init; }
    public string? NodeUid { get; init; }
    public string? MigrationUid { get; init; }
    public decimal? SavedUsd { get; init; }
    public decimal? MoveCostUsd { get; init; }
    public decimal? AvoidedLossUsd { get; init; }
    public string? PriceSource { get; init; }
    public bool? PriceEstimated { get; init; }
}

/// <summary>What a row is about.</summary>
internal enum Charge
{
    /// <summary>A node ran.</summary>
    Node,

    /// <summary>A node that a plan freed did not run.</summary>
    NodeSaved,

    /// <summary>A node that was added for a plan, whose price the plan's saving is less by. What it cost stands in its row of kind Node.</summary>
    NodeAdded,

    /// <summary>A pod was moved.</summary>
    Move,
}

/// <summary>Whom a node is from, as far as its provider ID tells.</summary>
/// <param name="SubAccount">Project or subscription; null where the ID does not hold it.</param>
internal sealed record Provider(string Name, string Service, string? SubAccount, string? SubAccountType)
{
    /// <summary>Another service than nodes are, since one service has one subcategory.</summary>
    public static readonly Provider OfPods = Of("") with { Service = "Kubernetes pods" };

    public static Provider Of(string providerId)
    {
        var (scheme, parts) = providerId.Split("://", 2) is [var known, var path] ? (known, path.Split('/', StringSplitOptions.RemoveEmptyEntries)) : ("", []);
        return scheme switch
        {
            "aws" => new Provider("AWS", "Amazon Elastic Compute Cloud", null, null),
            "gce" => new Provider("Google Cloud", "Compute Engine", parts.FirstOrDefault(), parts.Length > 0 ? "Project" : null),
            "azure" => new Provider("Microsoft", "Virtual Machines", parts.SkipWhile(p => p != "subscriptions").Skip(1).FirstOrDefault(), parts.Contains("subscriptions") ? "Subscription" : null),
            _ => new Provider("Kubernetes", "Kubernetes nodes", null, null),
        };
    }
}
