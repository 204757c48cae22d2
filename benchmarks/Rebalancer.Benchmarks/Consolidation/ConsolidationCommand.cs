using System.CommandLine;
using System.Globalization;
using Rebalancer.Benchmarks.Planner;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>The verb `consolidation`.</summary>
internal static class ConsolidationCommand
{
    private const int MaxNodes = 10_000;
    private const int WarmUpNodes = 100;

    public static Command Create()
    {
        var nodes = new Option<int[]>("--nodes") { Description = "Sizes of clusters, in ascending order; 20 pods for each node.", DefaultValueFactory = _ => [100, 1000, 5000], AllowMultipleArgumentsPerToken = true };
        var seed = new Option<int>("--seed") { Description = "Another seed, other clusters.", DefaultValueFactory = _ => 1 };
        var sixty = new Option<bool>("--sixty") { Description = "A plan of 60 s too, of the largest size." };
        var report = new Option<bool>("--report") { Description = "Results into artifacts/bench-planner.json too." };
        nodes.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int[]>() is not { Length: > 0 } sizes || sizes.Any(n => n is < 10 or > MaxNodes)) { r.AddError($"--nodes must be between 10 and {MaxNodes}"); }
        });
        var command = new Command("consolidation", "Plans for clusters with the pods of a trace on EC2 machines, beside consolidation node by node, a full repack and a lower bound.") { nodes, seed, sixty, report };
        command.SetAction(parsed =>
        {
            try
            {
                Run(parsed.GetValue(nodes)!, parsed.GetValue(seed), parsed.GetValue(sixty), parsed.GetValue(report));
                return 0;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException)
            {
                Console.Error.WriteLine($"bench consolidation: {e.Message}");
                return 2;
            }
        });
        return command;
    }

    private static void Run(int[] sizes, int seed, bool sixty, bool report)
    {
        var benchmark = new ConsolidationBenchmark(DlrmInstances.Read(), seed, TimeProvider.System, Console.Error.WriteLine);
        // The planner runs in a service: what the runtime compiles at the first call is not measured.
        benchmark.Run(WarmUpNodes, sixtySeconds: false);
        List<ConsolidationResult> results = [];
        foreach (var size in sizes)
        {
            results.Add(benchmark.Run(size, sixty && size == sizes[^1]));
            if (report) { PlannerReport.Write(PlannerReport.File, "consolidation", results); }
        }

        Console.WriteLine("nodes   pods    first plan (cpu)    before     first     1 s       5 s       60 s      moves free  node by node  repack    bound     peak");
        results.ForEach(r => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{r.Nodes,-7} {r.Pods,-7} {r.FirstPlanMs,5} ms ({r.FirstPlanCpuMs,5} ms) {r.CostBefore,-10:0.00} {r.CostFirstPlan,-9:0.00} {r.CostAfter1s,-9:0.00} {r.CostAfter5s,-9:0.00} {r.CostAfter60s,-9:0.00} {r.CostMovesFree,-11:0.00} {r.CostSingleNode,-13:0.00} {r.CostRepack,-9:0.00} {r.LowerBound,-9:0.00} {r.PeakMb} MB")));
        Console.WriteLine("nodes and moves together: nodes   moves (5 s)  cost       node by node moves  cost");
        results.ForEach(r => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"                          {r.Nodes,-7} {r.Moves,-12} {r.WithMoves,-10:0.00} {r.MovesSingleNode,-18} {r.WithMovesSingleNode:0.00}")));
        Console.WriteLine("below node by node, %:    nodes   plan (longest)  moves free  the most that the bound allows");
        results.ForEach(r => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"                          {r.Nodes,-7} {Below(r, r.CostAfter60s ?? r.CostAfter5s),-15:0.0} {Below(r, r.CostMovesFree),-11:0.0} {Below(r, r.LowerBound):0.0}")));
    }

    private static double Below(ConsolidationResult result, double cost) => 100 * (1 - (cost / result.CostSingleNode));
}
