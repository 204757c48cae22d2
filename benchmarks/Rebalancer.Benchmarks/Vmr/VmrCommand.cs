using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>The verb `vmr`.</summary>
internal static class VmrCommand
{
    private const int MaximumMoves = 10_000;
    private const double MaximumSeconds = 3600;
    private const string Medium = "bytedance_medium_279pm_2089vm.json.xz";

    public static Command Create()
    {
        var input = new Option<string?>("--input") { Description = $"A snapshot, plain or .xz; otherwise {Medium} of ../shared/data/vmr2l." };
        var moves = new Option<int>("--moves") { Description = "Migrations at most.", DefaultValueFactory = _ => 50 };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 5 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "The result, with the migrations in order, as JSON on standard output." };
        var report = new Option<bool>("--report") { Description = "The result into artifacts/bench-planner.json too." };
        moves.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > MaximumMoves) { r.AddError($"--moves must be between 1 and {MaximumMoves}"); }
        });
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (> 0 and <= MaximumSeconds)) { r.AddError($"--seconds must be above 0 and at most {MaximumSeconds}"); }
        });
        threads.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > SearchOptions.MaximumThreads) { r.AddError($"--threads must be between 1 and {SearchOptions.MaximumThreads}"); }
        });
        var command = new Command("vmr", "The planner's search on VM rescheduling: the lowest fragment rate with a limited number of migrations.") { input, moves, seconds, threads, seed, json, report };
        command.SetAction(parsed =>
        {
            try
            {
                var file = parsed.GetValue(input) ?? Path.Combine(BenchmarkData.Folder("vmr2l"), Medium);
                var snapshot = VmrReader.Read(file);
                var result = VmrBenchmark.Solve(snapshot, Path.GetFileName(file).Split('.')[0], parsed.GetValue(moves), parsed.GetValue(seconds), parsed.GetValue(threads), parsed.GetValue(seed), TimeProvider.System);
                Print(result, snapshot, parsed.GetValue(json));
                if (parsed.GetValue(report)) { PlannerReport.Write<VmrResult[]>(PlannerReport.File, "vmr", [result]); }
                return 0;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
            {
                Console.Error.WriteLine($"bench vmr: {e.Message}");
                return 2;
            }
        });
        return command;
    }

    private static void Print(VmrResult r, VmrSnapshot snapshot, bool isJson)
    {
        var before = new VmrReplay(snapshot).FragmentRate;
        if (!isJson)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Instance}: fragment rate {before:0.0000} -> {r.FragmentRate:0.0000} with {r.Plan.Count} of {r.Moves} migrations in {r.Seconds} s; bound {r.Bound:0.0000}"));
            return;
        }
        var plan = r.Plan.Select(m => new { vm = snapshot.Vms[m.Vm].Id, host = snapshot.Hosts[m.Host].Id, numa = m.Layout == VmrLayout.Both ? (int[])[0, 1] : [m.Layout] });
        Console.WriteLine(JsonSerializer.Serialize(new { r.Instance, r.Moves, r.Seconds, initialFragmentRate = before, r.FragmentRate, r.Bound, plan }, PlannerReport.Json));
    }
}
