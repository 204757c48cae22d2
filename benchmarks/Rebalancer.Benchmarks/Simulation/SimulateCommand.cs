using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Simulation;

/// <summary>The verb `simulate`.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "Nodes of the made-up cluster.", DefaultValueFactory = _ => 1000 };
        var days = new Option<int>("--days") { Description = "Days to simulate, a plan every 10 minutes of them.", DefaultValueFactory = _ => 7 };
        var seed = new Option<int>("--seed") { Description = "Another seed, another cluster and other events.", DefaultValueFactory = _ => 1 };
        var policy = new Option<FileInfo>("--policy")
        {
            Description = "A RebalancePolicy.", DefaultValueFactory = _ => new FileInfo(Path.Combine(WrapperReport.RepositoryRoot, "manifests", "examples", "policy.yaml")),
        };
        var report = new Option<bool>("--report") { Description = "The result into artifacts/bench-simulate.json too." };
        nodes.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 10_000) { r.AddError("--nodes must be between 1 and 10000"); }
        });
        days.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 366) { r.AddError("--days must be between 1 and 366"); }
        });
        var command = new Command("simulate", "How long `kubectl rebalancer simulate` takes for days of a made-up cluster, as a user runs it.") { nodes, days, seed, policy, report };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var result = await SimulateBenchmark.RunAsync(parsed.GetValue(nodes), parsed.GetValue(days), parsed.GetValue(seed), parsed.GetValue(policy)!.FullName, cancellation);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Nodes} nodes, {result.Pods} pods, {result.Days} days, {result.Plans} plans, {result.Moves} moves: {result.Seconds:0.0} s, {result.CpuSeconds:0.0} s of processor time, {result.PeakMb} MB"));
                if (parsed.GetValue(report)) { Write(result); }
                return 0;
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync($"bench simulate: {e.Message}");
                return 2;
            }
        });
        return command;
    }

    private static void Write(SimulateResult result)
    {
        var file = Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "bench-simulate.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(result, PlannerReport.Json) + "\n");
    }
}
