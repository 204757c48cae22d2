using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>What a node costs per hour.</summary>
/// <param name="Estimated">True where the node says nothing usable and the price follows from its size.</param>
public sealed record NodePrice(Money PerHour, bool Estimated, InvalidField? Warning = null);

/// <summary>Price of a node: what is written on it, else an estimate from its size.</summary>
/// <param name="UsdPerVcpuHour">Fallback, US dollars per vCPU and hour, &gt; 0. Default 0.0336: on-demand list price of general purpose machines, less their memory.</param>
/// <param name="UsdPerGibHour">Fallback, US dollars per GiB of memory and hour, &gt; 0. Default 0.0045, likewise.</param>
public sealed record NodePricing(decimal UsdPerVcpuHour = 0.0336m, decimal UsdPerGibHour = 0.0045m)
{
    /// <summary>Highest price that is believed, US dollars per hour; the dearest cloud machines cost a few hundred.</summary>
    public const decimal MaxUsdPerHour = 10_000m;

    private const decimal GibBytes = 1024m * 1024 * 1024;

    public NodePrice PriceOf(NodeInfo node)
    {
        if (node.CostText is not { } text)
        {
            return new NodePrice(Estimate(node), Estimated: true);
        }

        // NaN and Infinity are no decimals, so they end here too.
        var valid = decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var usd)
            && usd is > 0 and <= MaxUsdPerHour;
        return valid
            ? new NodePrice(new Money(usd), Estimated: false)
            : new NodePrice(Estimate(node), Estimated: true, new InvalidField(
                "Node " + node.Name, "metadata.annotations[rebalancer.dev/cost-usd-per-hour]", text, $"a decimal number above 0 and at most {MaxUsdPerHour:0}; its size is used instead"));
    }

    private Money Estimate(NodeInfo node)
        => new(node.Allocatable[ResourceSet.Cpu].ToDecimal() * UsdPerVcpuHour + node.Allocatable[ResourceSet.Memory].ToDecimal() / GibBytes * UsdPerGibHour);
}
