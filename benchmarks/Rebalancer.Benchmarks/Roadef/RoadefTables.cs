using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>What never changes, in the form in which the rules read it. Shared by all threads.</summary>
internal sealed class RoadefTables
{
    public RoadefTables(RoadefInstance instance, int[] initial, AssignmentModel model)
    {
        Initial = initial;
        Service = [.. instance.Processes.Select(p => p.Service)];
        MoveCost = [.. instance.Processes.Select(p => p.MoveCost * instance.ProcessMoveWeight)];
        MachineMoveCost = [.. instance.Machines.Select(m => m.MoveCosts.Select(c => c * instance.MachineMoveWeight).ToArray())];
        Capacity = Padded(instance, model.Stride, m => m.Capacity);
        SafetyCapacity = Padded(instance, model.Stride, m => m.SafetyCapacity);
        LoadWeight = [.. instance.Resources.Select(r => r.LoadWeight), .. new long[model.Stride - instance.Resources.Count]];
        UniformLoadWeight = instance.Resources.Select(r => r.LoadWeight).Distinct().Count() == 1 ? instance.Resources[0].LoadWeight : -1;
        Balances = [.. instance.Balances.Select(b => (b.FirstResource, b.SecondResource, b.Target, b.Weight))];
        ServiceMoveWeight = instance.ServiceMoveWeight;
        Neighbourhood = Dense(instance.Machines.Select(m => m.Neighbourhood));
        Location = Dense(instance.Machines.Select(m => m.Location));
        MinimumSpread = [.. instance.Services.Select(s => s.MinimumSpread)];
        DependsOn = [.. instance.Services.Select(s => s.DependsOn.Distinct().ToArray())];
        Dependents = [.. Enumerable.Range(0, DependsOn.Length).Select(_ => Array.Empty<int>())];
        foreach (var group in DependsOn.SelectMany((on, service) => on.Select(other => (other, service))).GroupBy(x => x.other, x => x.service)) { Dependents[group.Key] = [.. group]; }
    }

    public int[] Initial { get; }
    public int[] Service { get; }
    public long[] MoveCost { get; }
    public long[][] MachineMoveCost { get; }
    public long[] Capacity { get; }
    public long[] SafetyCapacity { get; }
    public long[] LoadWeight { get; }

    /// <summary>The weight that all resources have, or -1; one multiplication is then enough for a machine.</summary>
    public long UniformLoadWeight { get; }
    public (int First, int Second, long Target, long Weight)[] Balances { get; }
    public long ServiceMoveWeight { get; }
    public int[] Neighbourhood { get; }
    public int[] Location { get; }
    public int[] MinimumSpread { get; }
    public int[][] DependsOn { get; }
    public int[][] Dependents { get; }

    private static long[] Padded(RoadefInstance instance, int stride, Func<RoadefMachine, long[]> row) =>
        [.. instance.Machines.SelectMany(m => row(m).Concat(new long[stride - instance.Resources.Count]))];

    private static int[] Dense(IEnumerable<int> ids)
    {
        var numbers = new Dictionary<int, int>();
        return [.. ids.Select(id => numbers.TryGetValue(id, out var number) ? number : numbers[id] = numbers.Count)];
    }
}
