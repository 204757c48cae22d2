using System.CommandLine;
using Rebalancer.Benchmarks.Clusters;
using Rebalancer.Benchmarks.Consolidation;
using Rebalancer.Benchmarks.Exact;
using Rebalancer.Benchmarks.Extender;
using Rebalancer.Benchmarks.Migration;
using Rebalancer.Benchmarks.Migration.ByHand;
using Rebalancer.Benchmarks.Risk;
using Rebalancer.Benchmarks.Roadef;
using Rebalancer.Benchmarks.Simulation;
using Rebalancer.Benchmarks.Vmr;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks;

/// <summary>The verbs of the benchmarks' program.</summary>
internal static class BenchmarkCommands
{
    public static RootCommand Create() => new("Measures Rebalancer against what it stands beside.")
    {
        Wrapper(), MigrationCommand.Create(), CarryCommand.Create(), ClusterCommand.Create(), RoadefCommand.Create(), VmrCommand.Create(), ConsolidationCommand.Create(), ExactCommand.Create(),
        RiskCommand.Create(), ExtenderCommand.Create(), SimulateCommand.Create(),
    };

    private static Command Wrapper()
    {
        var calls = new Option<int>("--calls") { Description = "Calls of each kind, through runc and through rebalancer-runc, one by one in turn.", DefaultValueFactory = _ => 200 };
        calls.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100_000) { result.AddError("--calls must be between 1 and 100000"); }
        });
        var wrapper = new Command("wrapper", "What rebalancer-runc adds to a runc call. Inside the lab's namespaces (make bench-wrapper).") { calls };
        wrapper.SetAction(parsed => WrapperBenchmark.Run(parsed.GetValue(calls), Console.Out));
        return wrapper;
    }
}
