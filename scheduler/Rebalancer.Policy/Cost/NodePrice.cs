using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Where a price comes from, in the order in which they are asked.</summary>
public enum PriceSource
{
    Override,
    Annotation,
    Catalogue,
    Size,
}

/// <summary>What a node costs per hour.</summary>
/// <param name="Estimated">Nothing states the price of just this kind of machine: it follows from the machine's size, or from another region's price.</param>
/// <param name="Warning">What stands on the node instead of a price.</param>
public sealed record NodePrice(Money PerHour, PriceSource Source, bool Estimated = false, InvalidField? Warning = null);
