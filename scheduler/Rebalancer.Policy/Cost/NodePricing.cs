using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Price of a node, US dollars per hour: what the policy says, else what is written on it, else a catalogue's, else an estimate from its size.</summary>
public sealed record NodePricing
{
    /// <summary>Highest price that is believed, US dollars per hour; the dearest cloud machines cost a few hundred.</summary>
    public const decimal MaxUsdPerHour = 10_000m;

    public SizeRates Rates { get; init; } = new();

    /// <summary>The first that applies to a node decides.</summary>
    public ImmutableArray<PriceOverride> Overrides { get; init; } = [];

    /// <summary>Asked in this order.</summary>
    public ImmutableArray<IPriceCatalogue> Catalogues { get; init; } = [];

    public NodePrice PriceOf(NodeInfo node)
    {
        if (Overrides.FirstOrDefault(o => o.Where.Matches(node)) is { } own)
        {
            return new NodePrice(own.PerHour, PriceSource.Override);
        }

        if (node.CostText is not { } text)
        {
            return PriceOf(node.Machine, node.Allocatable);
        }

        // NaN and Infinity are no decimals, so they end here too.
        var valid = decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var usd)
            && usd is > 0 and <= MaxUsdPerHour;
        return valid
            ? new NodePrice(new Money(usd), PriceSource.Annotation)
            : PriceOf(node.Machine, node.Allocatable) with
            {
                Warning = new InvalidField(
                    "Node " + node.Name, "metadata.annotations[rebalancer.dev/cost-usd-per-hour]", text, $"a decimal number above 0 and at most {MaxUsdPerHour:0}; it is passed over"),
            };
    }

    /// <summary>Price of a machine that nothing is written on, such as one that is only on offer.</summary>
    public NodePrice PriceOf(MachineInfo machine, ResourceSet allocatable)
    {
        foreach (var catalogue in Catalogues)
        {
            if (catalogue.Find(machine) is { } found)
            {
                return new NodePrice(found.PerHour, PriceSource.Catalogue, Estimated: !found.Exact);
            }
        }

        return new NodePrice(Rates.PriceOf(machine.Capacity, allocatable), PriceSource.Size, Estimated: true);
    }
}
