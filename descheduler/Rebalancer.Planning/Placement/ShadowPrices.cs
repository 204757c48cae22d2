namespace Rebalancer.Planning.Placement;

/// <summary>
/// What processor and memory are worth, if machines could be bought in any fraction: the highest prices at which no machine holds more worth than it costs, for
/// what the pods ask for (the dual of the fractional packing). They tell nodes that are worth their price from those that are not, and what a pod is worth.
/// </summary>
internal sealed class ShadowPrices
{
    /// <summary>Directions tried between "only memory" and "only processor"; the best is within a percent of the optimum.</summary>
    private const int Directions = 128;

    private readonly double cpu;
    private readonly double memory;

    private ShadowPrices(double cpu, double memory) => (this.cpu, this.memory) = (cpu, memory);

    /// <param name="machines">Processor, memory and price of each.</param>
    public static ShadowPrices Of(double cpuDemand, double memoryDemand, IEnumerable<(long Cpu, long Memory, long Price)> machines)
    {
        var distinct = machines.Where(m => m is { Price: > 0, Cpu: > 0, Memory: > 0 }).Distinct().ToArray();
        var (best, bestValue) = (new ShadowPrices(0, 0), -1.0);
        foreach (var direction in Enumerable.Range(0, Directions + 1).Where(_ => distinct.Length > 0))
        {
            var (forCpu, forMemory) = (direction / (double)Directions / Math.Max(1, cpuDemand), (1 - direction / (double)Directions) / Math.Max(1, memoryDemand));
            var scale = distinct.Min(m => m.Price / (forCpu * m.Cpu + forMemory * m.Memory));
            if (scale * (forCpu * cpuDemand + forMemory * memoryDemand) is var value && value > bestValue)
            {
                (best, bestValue) = (new ShadowPrices(scale * forCpu, scale * forMemory), value);
            }
        }

        return best;
    }

    public double Worth(long cpuAmount, long memoryAmount) => cpu * cpuAmount + memory * memoryAmount;
}
