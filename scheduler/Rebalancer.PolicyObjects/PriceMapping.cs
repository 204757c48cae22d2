using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.PolicyObjects;

/// <summary>What nodes cost, and which can be had.</summary>
internal static class PriceMapping
{
    /// <summary>Smallest price: one below it is a mistake in the unit.</summary>
    private const decimal LeastUsd = 0.000001m;
    private const decimal MostUsdOfUnit = 1000m;

    public static NodePricing Pricing(PolicyFields fields, RebalancePolicySpec spec) => new()
    {
        Rates = Rates(fields, spec.SizeRates ?? new SizeRatesSpec()),
        Overrides = [.. (spec.Prices ?? []).Select((p, i) => new PriceOverride(
            SelectionMapping.Nodes(fields, $"prices[{i}].nodes", p.Nodes),
            new Money(fields.Decimal($"prices[{i}].usdPerHour", p.UsdPerHour, 0, LeastUsd, NodePricing.MaxUsdPerHour))))],
    };

    public static ImmutableArray<Commitment> Commitments(PolicyFields fields, IEnumerable<CommitmentSpec> specs)
        => [.. specs.Select((c, i) => new Commitment(SelectionMapping.Nodes(fields, $"commitments[{i}].nodes", c.Nodes), fields.Count($"commitments[{i}].count", c.Count, 1, 1)))];

    public static ImmutableArray<string> Offered(PolicyFields fields, IList<string>? types)
    {
        foreach (var type in (types ?? []).Where(t => !Ec2Catalogue.Instance.Types.ContainsKey(t)))
        {
            fields.Report("offeredTypes", type, "an EC2 instance type of the catalogue");
        }

        return [.. types ?? []];
    }

    private static SizeRates Rates(PolicyFields fields, SizeRatesSpec spec)
    {
        var usual = new SizeRates();
        return new SizeRates(
            fields.Decimal("sizeRates.usdPerVcpuHour", spec.UsdPerVcpuHour, usual.UsdPerVcpuHour, LeastUsd, MostUsdOfUnit),
            fields.Decimal("sizeRates.usdPerGibHour", spec.UsdPerGibHour, usual.UsdPerGibHour, LeastUsd, MostUsdOfUnit),
            fields.Decimal("sizeRates.usdPerGpuHour", spec.UsdPerGpuHour, usual.UsdPerGpuHour, LeastUsd, MostUsdOfUnit),
            fields.Decimal("sizeRates.spotShare", spec.SpotShare, usual.SpotShare, LeastUsd, 1));
    }
}
