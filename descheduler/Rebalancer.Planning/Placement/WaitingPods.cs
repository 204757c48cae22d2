using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Pods that are taken out, by shape, and how to fill a node with them: again and again the shape that leaves the least of both processor and memory, each
/// counted as a part of the node (the bin-centric norm heuristic of Panigrahy et al., "Heuristics for Vector Bin Packing", 2011). With many pods to choose from nodes become
/// full on both sides.
/// </summary>
internal sealed class WaitingPods(PlacementProblem problem, PlacementState state)
{
    private readonly List<int>?[] pods = new List<int>?[problem.Index.Table.Examples.Length];
    private readonly List<int>?[] templates = new List<int>?[problem.Shapes.Count];
    private readonly int[] counts = new int[problem.Shapes.Count];
    private readonly List<int> shapes = [];
    private readonly List<(int Shape, (long Cpu, long Memory) Asked)> fitting = [];

    /// <summary>By shape, while a node is filled on paper.</summary>
    private readonly int[] left = new int[problem.Shapes.Count];

    /// <summary>By shape: pods that one empty node could take if it were large enough.</summary>
    private readonly int[] placeable = new int[problem.Shapes.Count];

    /// <summary>By template: the last node that refused it.</summary>
    private readonly int[] refused = [.. Enumerable.Repeat(-1, problem.Index.Table.Examples.Length)];
    private long cpu;
    private long memory;
    private double cpuWeight;
    private double memoryWeight;

    public int Count { get; private set; }

    public void Clear()
    {
        foreach (var shape in shapes)
        {
            templates[shape]!.ForEach(t => pods[t]!.Clear());
            templates[shape]!.Clear();
            counts[shape] = 0;
        }

        shapes.Clear();
        Count = 0;
    }

    public void Add(int pod)
    {
        var (shape, template) = (problem.Shapes.Of[pod], problem.Index.Table.TemplateOf[pod]);
        if (counts[shape]++ == 0) { shapes.Add(shape); }
        var alike = pods[template] ??= [];
        if (alike.Count == 0) { (templates[shape] ??= []).Add(template); }
        alike.Add(pod);
        Count++;
    }

    /// <summary>Puts those back that ran on the node.</summary>
    public void PutHome(int node)
    {
        foreach (var template in shapes.SelectMany(s => templates[s]!).ToList())
        {
            for (var i = pods[template]!.Count - 1; i >= 0; i--)
            {
                if (problem.Home[pods[template]![i]] == node && state.Fits(pods[template]![i], node)) { Put(template, i, node); }
            }
        }

        shapes.RemoveAll(s => counts[s] == 0);
    }

    /// <summary>Puts as many as fit on the node.</summary>
    public void Fill(int node)
    {
        Start(node);
        while (Best() is >= 0 and var at)
        {
            var (shape, asked) = fitting[at];
            if (PutOne(shape, node, out var verdict)) { (cpu, memory) = (cpu - asked.Cpu, memory - asked.Memory); }
            else { Drop(at); }
            if (verdict == RejectionKind.PodLimit)
            {
                break;
            }
        }

        shapes.RemoveAll(s => counts[s] == 0);
    }

    /// <summary>To be called before prices of empty nodes are asked for, when what waits has changed: rules of a workload may let few of its pods share a node.</summary>
    public void Prepare(int node)
    {
        foreach (var shape in shapes)
        {
            placeable[shape] = 0;
            foreach (var template in templates[shape]!) { placeable[shape] += Math.Min(pods[template]!.Count, state.MostTogether(pods[template]![0], node)); }
        }
    }

    /// <summary>What the node costs for each worth of the pods that would fill it; infinite where none fits.</summary>
    public double PricePerWorth(int node)
    {
        Start(node);
        var (worth, places) = (0.0, problem.Index.Nodes[node].PodLimit);
        foreach (var shape in shapes) { left[shape] = placeable[shape]; }
        for (; places > 0 && Best() is >= 0 and var at; places--)
        {
            var (shape, asked) = fitting[at];
            // So many of a kind at once as still halve the room: the last ones are chosen one by one.
            var many = (int)Math.Max(1, Math.Min(Math.Min(left[shape], places), Math.Min(cpu / Math.Max(1, 2 * asked.Cpu), memory / Math.Max(1, 2 * asked.Memory)) / 4));
            (cpu, memory) = (cpu - (many * asked.Cpu), memory - (many * asked.Memory));
            worth += many * problem.Worth[problem.Shapes.Example(shape)];
            left[shape] -= many;
            places -= many - 1;
        }

        return worth > 0 ? problem.NodeMicros[node] / worth : double.PositiveInfinity;
    }

    private void Start(int node)
    {
        fitting.Clear();
        (cpu, memory) = (state.FreeCpu(node), state.Free(node, 1));
        (cpuWeight, memoryWeight) = (1.0 / Math.Max(1, problem.Allocatable(node, 0)), 1.0 / Math.Max(1, problem.Allocatable(node, 1)));
        foreach (var shape in shapes)
        {
            var example = problem.Shapes.Example(shape);
            left[shape] = int.MaxValue;
            if (problem.Index.NodeKinds(problem.Index.PlacementOf(example))[node] == RejectionKind.None) { fitting.Add((shape, (problem.Request(example, 0), problem.Request(example, 1)))); }
        }
    }

    /// <summary>The shape that leaves least of the room; those that do not fit any more are dropped on the way.</summary>
    private int Best()
    {
        var (best, least) = (-1, double.PositiveInfinity);
        for (var i = fitting.Count - 1; i >= 0; i--)
        {
            var (shape, asked) = fitting[i];
            var (leftCpu, leftMemory) = (cpu - asked.Cpu, memory - asked.Memory);
            if (leftCpu < 0 || leftMemory < 0 || left[shape] == 0 || counts[shape] == 0)
            {
                Drop(i);
                // What stood last has been looked at and stands here now.
                if (best == fitting.Count) { best = i; }
                continue;
            }

            var (x, y) = (leftCpu * cpuWeight, leftMemory * memoryWeight);
            if (x * x + y * y is var remains && (remains < least || (remains == least && shape < fitting[best].Shape))) { (best, least) = (i, remains); }
        }

        return best;
    }

    private void Drop(int at)
    {
        fitting[at] = fitting[^1];
        fitting.RemoveAt(fitting.Count - 1);
    }

    /// <summary>Of the workload of which most pods wait: where only so many of one may share a node, the last ones would need a node each.</summary>
    private bool PutOne(int shape, int node, out RejectionKind verdict)
    {
        verdict = RejectionKind.None;
        while (true)
        {
            var largest = -1;
            foreach (var template in templates[shape]!)
            {
                if (refused[template] != node && (largest < 0 || pods[template]!.Count > pods[largest]!.Count)) { largest = template; }
            }

            if (largest < 0)
            {
                return false;
            }

            var last = pods[largest]!.Count - 1;
            verdict = state.Verdict(pods[largest]![last], node);
            if (verdict == RejectionKind.None)
            {
                Put(largest, last, node);
                return true;
            }

            refused[largest] = node;
            if (verdict == RejectionKind.PodLimit)
            {
                return false;
            }
        }
    }

    private void Put(int template, int at, int node)
    {
        var alike = pods[template]!;
        var shape = problem.Shapes.Of[alike[at]];
        state.Put(alike[at], node);
        alike[at] = alike[^1];
        alike.RemoveAt(alike.Count - 1);
        if (alike.Count == 0) { templates[shape]!.Remove(template); }
        counts[shape]--;
        Count--;
    }
}
