using System.Text.Json;

namespace Rebalancer.Ledger.Focus;

/// <summary>
/// The columns of FOCUS 1.3's Cost and Usage dataset: all that are mandatory, and those of the conditional ones whose condition holds here (unit prices,
/// regions, commitments, resources, sub accounts, tags, usage). Left out is what is conditional on what is not there: virtual currencies, capacity
/// reservations, contracts, allocation of shared charges, invoices; and, as the ledger does not know them, the rows of what a commitment was bought for and of
/// what it leaves unused. ProviderName and PublisherName are deprecated since 1.3 and mandatory until 1.4.
/// </summary>
internal sealed class FocusColumns(string billingAccount)
{
    public const string Version = "1.3";
    private const string Currency = "USD";
    private const string Hours = "Hours";

    public IReadOnlyList<FocusColumn> All { get; } =
    [
        new TextColumn("AvailabilityZone", true, r => r.Zone),
        new NumberColumn("BilledCost", false, r => r.BilledCost),
        new TextColumn("BillingAccountId", false, _ => billingAccount),
        new TextColumn("BillingAccountName", true, _ => billingAccount),
        new TextColumn("BillingAccountType", false, _ => "Kubernetes cluster"),
        new TextColumn("BillingCurrency", false, _ => Currency),
        new InstantColumn("BillingPeriodEnd", r => Month(r.From).AddMonths(1)),
        new InstantColumn("BillingPeriodStart", r => Month(r.From)),
        new TextColumn("ChargeCategory", false, r => r.ChargeCategory),
        new TextColumn("ChargeClass", true, _ => null),
        new TextColumn("ChargeDescription", true, r => r.Description),
        new TextColumn("ChargeFrequency", false, r => r.Charge == Charge.Node ? "Usage-Based" : "One-Time"),
        new InstantColumn("ChargePeriodEnd", r => r.To),
        new InstantColumn("ChargePeriodStart", r => r.From),
        new TextColumn("CommitmentDiscountCategory", true, r => r.CommitmentId is null ? null : "Usage"),
        new TextColumn("CommitmentDiscountId", true, r => r.CommitmentId),
        new TextColumn("CommitmentDiscountName", true, r => r.CommitmentId),
        new NumberColumn("CommitmentDiscountQuantity", true, r => r.CommitmentId is null ? null : r.Quantity),
        new TextColumn("CommitmentDiscountStatus", true, r => r.CommitmentId is null ? null : "Used"),
        new TextColumn("CommitmentDiscountType", true, r => r.CommitmentId is null ? null : "Commitment of the RebalancePolicy"),
        new TextColumn("CommitmentDiscountUnit", true, r => r.CommitmentId is null ? null : Hours),
        new NumberColumn("ConsumedQuantity", true, r => r.Quantity),
        new TextColumn("ConsumedUnit", true, r => r.Quantity is null ? null : Hours),
        new NumberColumn("ContractedCost", false, r => r.ContractedCost),
        new NumberColumn("ContractedUnitPrice", true, r => r.ContractedUnitPrice),
        new NumberColumn("EffectiveCost", false, r => r.EffectiveCost),
        new TextColumn("HostProviderName", false, r => r.Provider.Name),
        new TextColumn("InvoiceIssuerName", false, r => r.Provider.Name),
        new NumberColumn("ListCost", false, r => r.ListCost),
        new NumberColumn("ListUnitPrice", true, r => r.ListUnitPrice),
        new TextColumn("PricingCategory", true, r => r.PricingCategory),
        new NumberColumn("PricingQuantity", true, r => r.Quantity),
        new TextColumn("PricingUnit", true, r => r.Quantity is null ? null : Hours),
        new TextColumn("ProviderName", false, r => r.Provider.Name),
        new TextColumn("PublisherName", false, r => r.Provider.Name),
        new TextColumn("RegionId", true, r => r.RegionId),
        new TextColumn("RegionName", true, r => r.RegionId),
        new TextColumn("ResourceId", true, r => r.ResourceId),
        new TextColumn("ResourceName", true, r => r.ResourceName),
        new TextColumn("ResourceType", true, r => r.ResourceType),
        new TextColumn("ServiceCategory", false, _ => "Compute"),
        new TextColumn("ServiceName", false, r => r.Provider.Service),
        new TextColumn("ServiceProviderName", false, r => r.Provider.Name),
        new TextColumn("ServiceSubcategory", false, r => r.Charge == Charge.Move ? "Containers" : "Virtual Machines"),
        new TextColumn("SkuId", true, r => r.SkuId),
        new TextColumn("SkuMeter", true, r => r.SkuId is null ? null : "Node hours"),
        new TextColumn("SkuPriceDetails", true, r => r.SkuPriceId is null || r.InstanceType is null ? null : Json("InstanceType", r.InstanceType)),
        new TextColumn("SkuPriceId", true, r => r.SkuPriceId),
        new TextColumn("SubAccountId", true, r => r.Provider.SubAccount),
        new TextColumn("SubAccountName", true, r => r.Provider.SubAccount),
        new TextColumn("SubAccountType", true, r => r.Provider.SubAccountType),
        new TextColumn("Tags", true, r => r.Tags),
        new TextColumn("x_Kind", false, r => r.Charge.ToString()),
        new TextColumn("x_PlanName", true, r => r.Plan),
        new TextColumn("x_PlanUid", true, r => r.PlanUid),
        new TextColumn("x_NodeUid", true, r => r.NodeUid),
        new TextColumn("x_MigrationUid", true, r => r.MigrationUid),
        new NumberColumn("x_SavedUsd", true, r => r.SavedUsd),
        new NumberColumn("x_MoveCostUsd", true, r => r.MoveCostUsd),
        new NumberColumn("x_AvoidedLossUsd", true, r => r.AvoidedLossUsd),
        new TextColumn("x_PriceSource", true, r => r.PriceSource),
        new TextColumn("x_PriceEstimated", true, r => r.PriceEstimated is { } estimated ? (estimated ? "true" : "false") : null),
    ];

    internal static string Json(string name, string value) => JsonSerializer.Serialize(new Dictionary<string, string> { [name] = value });

    private static DateTimeOffset Month(DateTimeOffset at) => new(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
}
