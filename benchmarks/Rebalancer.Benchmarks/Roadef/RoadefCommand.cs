using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Planning.Search;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>The verb `roadef`.</summary>
internal static class RoadefCommand
{
    private const double MaximumSeconds = 86_400;

    public static Command Create()
    {
        var instance = new Option<string?>("--instance") { Description = "Names of instances in ../shared/data/roadef2012, separated by commas, or 'final' for b_1 to b_5." };
        var model = new Option<string?>("--model") { Description = "A model file of the challenge, plain or .xz; with --initial." };
        var initial = new Option<string?>("--initial") { Description = "Its initial assignment." };
        var seconds = new Option<double>("--seconds") { Description = "Wall clock per instance, reading included.", DefaultValueFactory = _ => 300 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1 };
        var solution = new Option<string?>("--solution") { Description = "Writes the solution of --model here, in the challenge's format." };
        var json = new Option<bool>("--json") { Description = "Results as JSON on standard output." };
        var report = new Option<bool>("--report") { Description = "Results into artifacts/bench-planner.json too." };
        seconds.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (> 0 and <= MaximumSeconds)) { r.AddError($"--seconds must be above 0 and at most {MaximumSeconds}"); }
        });
        threads.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > SearchOptions.MaximumThreads) { r.AddError($"--threads must be between 1 and {SearchOptions.MaximumThreads}"); }
        });
        var command = new Command("roadef", "The planner's search on the machine reassignment problem of the ROADEF/EURO challenge 2012.") { instance, model, initial, seconds, threads, seed, solution, json, report };
        command.Validators.Add(r =>
        {
            if ((r.GetValue(instance) is null) == (r.GetValue(model) is null) || (r.GetValue(model) is null) != (r.GetValue(initial) is null)) { r.AddError("either --instance, or --model with --initial"); }
        });
        command.SetAction(parsed => Guarded(() =>
        {
            var options = new SearchOptions { TimeLimit = TimeSpan.FromSeconds(parsed.GetValue(seconds)), Threads = parsed.GetValue(threads), Seed = parsed.GetValue(seed) };
            List<RoadefResult> results = [];
            foreach (var (name, modelFile, initialFile) in Inputs(parsed.GetValue(instance), parsed.GetValue(model), parsed.GetValue(initial)))
            {
                var (result, assignment) = RoadefBenchmark.Solve(name, modelFile, initialFile, parsed.GetValue(instance) is null ? null : RoadefCatalogue.BestUsable(name), options, TimeProvider.System);
                results.Add(result);
                if (parsed.GetValue(solution) is { } file) { File.WriteAllText(file, string.Join(' ', assignment) + "\n"); }
                if (!parsed.GetValue(json)) { Print(result); }
                if (parsed.GetValue(report)) { PlannerReport.Write(PlannerReport.File, "roadef", results); }
            }
            if (parsed.GetValue(json)) { Console.WriteLine(JsonSerializer.Serialize(results, PlannerReport.Json)); }
            return 0;
        }));
        return command;
    }

    private static IEnumerable<(string Name, string Model, string Initial)> Inputs(string? names, string? model, string? initial)
    {
        if (names is null) { return [(Path.GetFileName(model!).Split('.')[0], model!, initial!)]; }
        var all = names == "final" ? RoadefCatalogue.FinalSet : names.Split(',', StringSplitOptions.TrimEntries).Select(n => n.ToLowerInvariant());
        return all.Select(n => (n, RoadefCatalogue.Files(n).Model, RoadefCatalogue.Files(n).Initial));
    }

    private static void Print(RoadefResult r) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Instance}: {r.Initial} -> {r.Cost} in {r.Seconds} s, {r.Threads} threads; best usable {r.Best}, score {r.Score:0.0000}"));

    private static int Guarded(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            Console.Error.WriteLine($"bench roadef: {e.Message}");
            return 2;
        }
    }
}
