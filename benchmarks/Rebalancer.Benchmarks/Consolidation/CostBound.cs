namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// A lower bound on what the nodes can cost: the pods of each pool poured into the best fractions of machines, moves for nothing. By the dual: prices of
/// processor and memory under which no machine is worth more than it costs, times what is asked for. Exact, since with two prices the optimum lies where two
/// machines' limits cross, or on an axis.
/// </summary>
internal static class CostBound
{
    private const double Tolerance = 1e-12;

    /// <returns>US dollars per hour.</returns>
    public static double Of(ConsolidationModel model)
        => model.Options.Select((options, pool) => Of(options, model.Pods.Where(p => p.Pool == pool).ToList())).Sum();

    private static double Of(MachineOption[] options, List<ModelPod> pods)
    {
        var (cpu, memory) = (pods.Sum(p => (double)p.CpuMilli), pods.Sum(p => (double)p.MemoryMib));
        var lines = options.Select(o => ((double)o.CpuMilli, (double)o.MemoryMib, o.UsdPerHour)).Append((1, 0, 0)).Append((0, 1, 0)).ToArray();
        return (from a in lines
                from b in lines
                let determinant = a.Item1 * b.Item2 - b.Item1 * a.Item2
                where Math.Abs(determinant) > Tolerance
                let forCpu = (a.Item3 * b.Item2 - b.Item3 * a.Item2) / determinant
                let forMemory = (a.Item1 * b.Item3 - b.Item1 * a.Item3) / determinant
                where forCpu >= -Tolerance && forMemory >= -Tolerance && options.All(o => forCpu * o.CpuMilli + forMemory * o.MemoryMib <= o.UsdPerHour * (1 + 1e-9))
                select forCpu * cpu + forMemory * memory).Max();
    }
}
