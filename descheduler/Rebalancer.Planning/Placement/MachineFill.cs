using System.Runtime.InteropServices;

namespace Rebalancer.Planning.Placement;

/// <summary>What an empty machine would hold of the pods that wait, in their order, and what that costs for what it is worth. Room alone is looked at.</summary>
internal sealed class MachineFill(PlacementProblem problem, PlacementState state)
{
    /// <summary>Processor and memory, which all pods ask for and most ask for alone.</summary>
    private const int Main = 2;

    private readonly int width = problem.Index.ResourceCount;
    private readonly long[] free = new long[problem.Index.ResourceCount];
    private readonly List<Waiting> waiting = [];
    private long[] requests = [];
    private long leastCpu;
    private long leastMemory;

    /// <summary>To be called when other pods wait.</summary>
    public void Prepare(List<int> pods)
    {
        if (requests.Length < pods.Count * width) { requests = new long[2 * pods.Count * width]; }
        waiting.Clear();
        (leastCpu, leastMemory) = (long.MaxValue, long.MaxValue);
        foreach (var pod in pods)
        {
            var row = problem.Index.Requests.AsSpan(pod * width, width);
            row.CopyTo(requests.AsSpan(waiting.Count * width));
            waiting.Add(new Waiting(pod, problem.Home[pod], row[0], row[1], problem.Worth[pod]));
            (leastCpu, leastMemory) = (Math.Min(leastCpu, row[0]), Math.Min(leastMemory, row[1]));
        }
    }

    /// <param name="homeFirst">Pods that ran on the machine go back to it before others are put there.</param>
    public Load Holds(int node, bool homeFirst)
    {
        for (var r = 0; r < width; r++) { free[r] = state.Free(node, r); }
        var load = new Load(problem.NodeMicros[node], 0, 0);
        if (homeFirst && !problem.Offered[node])
        {
            Fill(ref load, node, isHome: true);
            Fill(ref load, node, isHome: false);
        }
        else
        {
            Fill(ref load, node, isHome: null);
        }

        return load;
    }

    /// <param name="isHome">Only pods that ran there, or only others; null for all.</param>
    private void Fill(ref Load load, int node, bool? isHome)
    {
        var (cpu, memory, price, worth, count) = (free[0], free[1], load.Price, load.Worth, load.Pods);
        var pods = CollectionsMarshal.AsSpan(waiting);
        for (var i = 0; i < pods.Length; i++)
        {
            ref readonly var pod = ref pods[i];
            if (Lacks(cpu, pod.Cpu) || Lacks(memory, pod.Memory) || (isHome is { } home && (pod.Home == node) != home) || !TakesOthers(i))
            {
                continue;
            }

            (cpu, memory) = (cpu - pod.Cpu, memory - pod.Memory);
            (price, worth, count) = (price + state.CostBeside(pod.Pod, node), worth + pod.Worth, count + 1);
            if (Lacks(cpu, leastCpu) || Lacks(memory, leastMemory))
            {
                break;
            }
        }

        (free[0], free[1]) = (cpu, memory);
        load = new Load(price, worth, count);
    }

    private static bool Lacks(long room, long asked) => asked > room && asked > 0;

    /// <summary>Likewise of everything but processor and memory, which it takes.</summary>
    private bool TakesOthers(int row)
    {
        for (var r = Main; r < width; r++)
        {
            if (Lacks(free[r], requests[row * width + r])) { return false; }
        }

        for (var r = Main; r < width; r++) { free[r] -= requests[row * width + r]; }
        return true;
    }

    /// <param name="Price">Of the machine and of having the pods on it.</param>
    public readonly record struct Load(long Price, double Worth, int Pods)
    {
        /// <summary>Infinite where it holds none.</summary>
        public double PricePerWorth => Worth > 0 ? Price / Worth : double.PositiveInfinity;
    }

    private readonly record struct Waiting(int Pod, int Home, long Cpu, long Memory, double Worth);
}
