namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// Everything packed anew, first fit decreasing, without regard to what moves: machines of one type for each pool, each then made as small as its content
/// allows; of all types, the one that comes out cheapest.
/// </summary>
internal static class RepackBaseline
{
    /// <returns>US dollars per hour.</returns>
    public static double Run(ConsolidationModel model)
        => model.Options.Select((options, pool) =>
        {
            var pods = model.Pods.Where(p => p.Pool == pool).OrderByDescending(p => p.Size).ToList();
            return options.Min(o => Pack(pods, pool, o, options));
        }).Sum();

    private static double Pack(List<ModelPod> pods, int pool, MachineOption option, MachineOption[] options)
    {
        // A machine without room for the least that any pod asks for is full.
        var (leastCpu, leastMemory) = (pods.Min(p => p.CpuMilli), pods.Min(p => p.MemoryMib));
        List<ModelBin> open = [], full = [];
        foreach (var pod in pods)
        {
            var bin = open.Find(b => b.Fits(pod));
            if (bin is null)
            {
                bin = new ModelBin(pool, option);
                if (!bin.Fits(pod))
                {
                    return double.PositiveInfinity;
                }

                open.Add(bin);
            }

            bin.Add(pod);
            if (bin.FreeMemoryMib < leastMemory || bin.FreeCpuMilli < leastCpu)
            {
                open.Remove(bin);
                full.Add(bin);
            }
        }

        return open.Concat(full).Sum(b => b.Cheapest(options).UsdPerHour);
    }
}
