using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Prices of machines by type, place and way of paying.</summary>
public interface IPriceCatalogue
{
    /// <summary>Null where the catalogue does not know the machine.</summary>
    CataloguePrice? Find(MachineInfo machine);
}

/// <param name="Exact">False where the price is that of another region, or of on-demand less a usual discount.</param>
public readonly record struct CataloguePrice(Money PerHour, bool Exact);
