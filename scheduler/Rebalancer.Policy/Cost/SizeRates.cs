using Rebalancer.Model;

namespace Rebalancer.Policy.Cost;

/// <summary>Price by size, for machines of which no price is known.</summary>
/// <param name="UsdPerVcpuHour">US dollars per vCPU and hour, &gt; 0. Default: on-demand list price of general purpose machines, less their memory.</param>
/// <param name="UsdPerGibHour">US dollars per GiB of memory and hour, &gt; 0. Default likewise.</param>
/// <param name="UsdPerGpuHour">US dollars per GPU and hour, &gt; 0. Default: g5.xlarge less its processor and memory, rounded.</param>
/// <param name="SpotShare">Spot price as a share of on-demand, 0 to 1. Default: 1 less the mean saving of EC2's Spot Instance Advisor, 65.6 % (2025-06-28).</param>
public sealed record SizeRates(decimal UsdPerVcpuHour = 0.0336m, decimal UsdPerGibHour = 0.0045m, decimal UsdPerGpuHour = 0.8m, decimal SpotShare = 0.344m)
{
    private const decimal GibBytes = 1024m * 1024 * 1024;
    private const string GpuSuffix = "/gpu";

    public Money PriceOf(CapacityType capacity, ResourceSet allocatable)
    {
        var gpus = allocatable.Amounts.Where(a => a.Key.EndsWith(GpuSuffix, StringComparison.Ordinal)).Sum(a => a.Value.ToDecimal());
        var onDemand = allocatable[ResourceSet.Cpu].ToDecimal() * UsdPerVcpuHour
            + allocatable[ResourceSet.Memory].ToDecimal() / GibBytes * UsdPerGibHour
            + gpus * UsdPerGpuHour;
        return new Money(capacity == CapacityType.Spot ? onDemand * SpotShare : onDemand);
    }
}
