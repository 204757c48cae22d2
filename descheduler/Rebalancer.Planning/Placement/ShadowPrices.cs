using System.Collections.Concurrent;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// What room for pods of each shape is worth, if machines could be bought in any fraction and pods poured into them (the dual of that linear program). Every kind of
/// machine has prices of its own for processor and memory, which together make its price; a pod is worth what it costs where it costs least. So no machine can hold
/// pods that are worth more than it costs, and a pod is worth more where its shape goes badly with the machines that there are.
/// </summary>
internal sealed class ShadowPrices
{
    private const int Rounds = 160;
    private const int Sections = 28;
    private const double Golden = 0.6180339887498949;
    private const double FirstStep = 0.3;
    private const double SlowingRounds = 20;

    /// <summary>How far pods are spread over machines of nearly the same cost while prices are sought: in the end hardly at all.</summary>
    private const double FirstSoftness = 0.1;
    private const double LastSoftness = 0.004;
    private const double Cooling = 0.97;

    private readonly (double Cpu, double Memory)[] perPrice;
    private readonly (double Cpu, double Memory, double Worth)[] shapes;
    private readonly ConcurrentDictionary<(int, int), double> potentials = [];
    private double[] cpuShares;

    private ShadowPrices(List<(double Cpu, double Memory, double Count)> demand, (double, double)[] perPrice)
    {
        this.perPrice = perPrice;
        cpuShares = [.. perPrice.Select(_ => 0.5)];
        Seek(demand);
        shapes = [.. demand.Select(s => (s.Cpu, s.Memory, Worth(s.Cpu, s.Memory)))];
    }

    /// <param name="pods">Processor and memory, each at least 0, and how many there are.</param>
    /// <param name="machines">Processor, memory and price of each.</param>
    public static ShadowPrices Of(IEnumerable<(long Cpu, long Memory, int Count)> pods, IEnumerable<(long Cpu, long Memory, long Price)> machines)
    {
        var vectors = machines.Where(m => m is { Price: > 0, Cpu: > 0, Memory: > 0 }).Distinct().Select(m => (Cpu: m.Cpu / (double)m.Price, Memory: m.Memory / (double)m.Price))
            .OrderByDescending(v => v.Cpu).ThenByDescending(v => v.Memory).ToList();
        List<(double, double)> undominated = [];
        var most = 0.0;
        foreach (var vector in vectors)
        {
            if (vector.Memory <= most) { continue; }
            undominated.Add(vector);
            most = vector.Memory;
        }

        return new ShadowPrices(Grouped(pods), [.. undominated]);
    }

    public double Worth(double cpu, double memory)
    {
        var least = double.PositiveInfinity;
        for (var t = 0; t < perPrice.Length; t++) { least = Math.Min(least, CostOn(t, cpu, memory)); }
        return perPrice.Length == 0 ? 0 : least;
    }

    /// <summary>The most worth that a machine of this size can hold, pods in fractions: its price if it is among the best for its price, else less.</summary>
    public double Potential(long cpu, long memory)
    {
        if (cpu <= 0 || memory <= 0)
        {
            return 0;
        }

        var size = (Bucket(cpu), Bucket(memory));
        return potentials.TryGetValue(size, out var known) ? known : potentials[size] = LeastOverShares(share => Most(cpu, memory, share));
    }

    /// <summary>The least value of a function that falls to it and rises from it, by golden section.</summary>
    private static double LeastOverShares(Func<double, double> value)
    {
        var (from, to) = (0.0, 1.0);
        var (left, right) = (to - (Golden * (to - from)), from + (Golden * (to - from)));
        var (atLeft, atRight) = (value(left), value(right));
        for (var section = 0; section < Sections; section++)
        {
            if (atLeft <= atRight)
            {
                (to, right, atRight) = (right, left, atLeft);
                left = to - (Golden * (to - from));
                atLeft = value(left);
            }
            else
            {
                (from, left, atLeft) = (left, right, atRight);
                right = from + (Golden * (to - from));
                atRight = value(right);
            }
        }

        return Math.Min(Math.Min(atLeft, atRight), Math.Min(value(0), value(1)));
    }

    private double Most(long cpu, long memory, double cpuShare)
    {
        var most = 0.0;
        foreach (var shape in shapes)
        {
            var part = (cpuShare * shape.Cpu / cpu) + ((1 - cpuShare) * shape.Memory / memory);
            most = Math.Max(most, shape.Worth > 0 ? shape.Worth / part : 0);
        }

        return most;
    }

    private double CostOn(int machine, double cpu, double memory)
        => (cpuShares[machine] * cpu / perPrice[machine].Cpu) + ((1 - cpuShares[machine]) * memory / perPrice[machine].Memory);

    /// <summary>Where a kind of machine would hold more processor than memory, its processor becomes dearer, until both are used alike. The best prices on the way count.</summary>
    private void Seek(List<(double Cpu, double Memory, double Count)> demand)
    {
        var (best, bestValue, softness) = (cpuShares, -1.0, FirstSoftness);
        var (cpu, memory, costs) = (new double[perPrice.Length], new double[perPrice.Length], new double[perPrice.Length]);
        for (var round = 0; round < Rounds && perPrice.Length > 0; round++, softness = Math.Max(LastSoftness, softness * Cooling))
        {
            Array.Clear(cpu);
            Array.Clear(memory);
            var value = demand.Sum(s => s.Count * Pour(s, softness, costs, cpu, memory));
            if (value > bestValue) { (best, bestValue) = ([.. cpuShares], value); }
            for (var t = 0; t < perPrice.Length; t++)
            {
                var sum = cpu[t] + memory[t];
                cpuShares[t] = Math.Clamp(cpuShares[t] + (sum > 0 ? FirstStep / (1 + (round / SlowingRounds)) * (cpu[t] - memory[t]) / sum : 0), 0, 1);
            }
        }

        cpuShares = best;
    }

    /// <returns>What a pod of the shape costs where it costs least.</returns>
    private double Pour((double Cpu, double Memory, double Count) shape, double softness, double[] costs, double[] cpu, double[] memory)
    {
        for (var t = 0; t < costs.Length; t++) { costs[t] = CostOn(t, shape.Cpu, shape.Memory); }
        var (least, sum) = (costs.Min(), 0.0);
        for (var t = 0; t < costs.Length; t++) { sum += costs[t] = least > 0 ? Math.Exp((least - costs[t]) / (softness * least)) : 1; }
        for (var t = 0; t < costs.Length; t++)
        {
            cpu[t] += shape.Count * costs[t] / sum * shape.Cpu / perPrice[t].Cpu;
            memory[t] += shape.Count * costs[t] / sum * shape.Memory / perPrice[t].Memory;
        }

        return least;
    }

    /// <summary>Shapes that differ by a few percent count as one, so that there are some hundreds at most.</summary>
    private static List<(double Cpu, double Memory, double Count)> Grouped(IEnumerable<(long Cpu, long Memory, int Count)> pods)
        => [.. pods.Where(p => p is { Count: > 0 } and not { Cpu: 0, Memory: 0 }).GroupBy(p => (Bucket(p.Cpu) / 4, Bucket(p.Memory) / 4)).OrderBy(g => g.Key).Select(g =>
        {
            double count = g.Sum(p => (long)p.Count);
            return (g.Sum(p => p.Cpu * (double)p.Count) / count, g.Sum(p => p.Memory * (double)p.Count) / count, count);
        })];

    /// <summary>A 64th of an octave.</summary>
    private static int Bucket(long amount) => amount <= 0 ? -1 : (int)(64 * Math.Log2(amount));
}
