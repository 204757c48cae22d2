using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>The challenge on the planner's search: processes are items, machines are bins.</summary>
internal sealed class RoadefProblem : IAssignmentProblem<RoadefRules>
{
    private readonly RoadefTables tables;

    public RoadefProblem(RoadefInstance instance, int[] initial)
    {
        Model = new AssignmentModel(
            [.. instance.Processes.Select(p => p.Requirement)], [.. instance.Machines.Select(m => m.Capacity)], initial, [.. instance.Resources.Select(r => r.IsTransient)]);
        tables = new RoadefTables(instance, initial, Model);
    }

    public AssignmentModel Model { get; }

    public RoadefRules CreateRules() => new(tables, new RoadefCounts(tables));
}
