using Google.OrTools.LinearSolver;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// A lower bound on what the nodes can cost: pods of each shape poured into machines of each type in any fraction, moves for nothing. What a type holds keeps
/// its processor and its memory; fractions of pods and of machines, and services that may share a node without limit, are what real packings lack.
/// </summary>
internal static class CostBound
{
    /// <returns>US dollars per hour.</returns>
    /// <exception cref="InvalidOperationException">The linear program has no optimum.</exception>
    public static double Of(ConsolidationModel model)
        => model.Options.Select((options, pool) => Of(options, model.Pods.Where(p => p.Pool == pool).GroupBy(p => (p.CpuMilli, p.MemoryMib)).Select(g => (g.Key.CpuMilli, g.Key.MemoryMib, Count: g.Count())).ToList())).Sum();

    private static double Of(MachineOption[] options, List<(long CpuMilli, long MemoryMib, int Count)> shapes)
    {
        using var solver = Solver.CreateSolver("GLOP");
        var placed = shapes.ConvertAll(s => solver.MakeConstraint(s.Count, double.PositiveInfinity));
        foreach (var option in options)
        {
            var machines = solver.MakeNumVar(0, double.PositiveInfinity, option.Type);
            solver.Objective().SetCoefficient(machines, option.UsdPerHour);
            var (cpu, memory) = (solver.MakeConstraint(double.NegativeInfinity, 0), solver.MakeConstraint(double.NegativeInfinity, 0));
            cpu.SetCoefficient(machines, -option.CpuMilli);
            memory.SetCoefficient(machines, -option.MemoryMib);
            for (var i = 0; i < shapes.Count; i++)
            {
                var pods = solver.MakeNumVar(0, double.PositiveInfinity, $"{i}@{option.Type}");
                placed[i].SetCoefficient(pods, 1);
                cpu.SetCoefficient(pods, shapes[i].CpuMilli);
                memory.SetCoefficient(pods, shapes[i].MemoryMib);
            }
        }

        solver.Objective().SetMinimization();
        return solver.Solve() == Solver.ResultStatus.OPTIMAL ? solver.Objective().Value() : throw new InvalidOperationException("the lower bound's linear program has no optimum");
    }
}
