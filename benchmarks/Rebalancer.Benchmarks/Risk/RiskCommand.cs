using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>The verb `risk`.</summary>
internal static class RiskCommand
{
    private const int MostMinutes = 7 * 24 * 60;
    private static readonly int[] Horizons = [30, 60, 180];

    public static Command Create()
    {
        var train = new Option<string?>("--train") { Description = "A folder of traces to learn from; otherwise each set of ../shared/data/spot-traces is split in time and by zone." };
        var test = new Option<string?>("--test") { Description = "A folder of traces to forecast; with --train." };
        var horizon = new Option<int?>("--horizon") { Description = "Minutes within which a loss counts; otherwise 30, 60 and 180." };
        var json = new Option<bool>("--json") { Description = "Results as JSON on standard output." };
        var report = new Option<bool>("--report") { Description = "Results into artifacts/bench-risk.json too." };
        horizon.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > MostMinutes) { r.AddError($"--horizon must be between 1 and {MostMinutes}"); }
        });
        var command = new Command("risk", "Forecasts of spot interruptions on recorded traces, scored beside simple baselines.") { train, test, horizon, json, report };
        command.Validators.Add(r =>
        {
            if ((r.GetValue(train) is null) != (r.GetValue(test) is null)) { r.AddError("--train and --test go together"); }
        });
        command.SetAction(parsed =>
        {
            try
            {
                int[] horizons = parsed.GetValue(horizon) is { } minutes ? [minutes] : Horizons;
                var runs = parsed.GetValue(train) is { } from ? OnOthers(from, parsed.GetValue(test)!, horizons) : OnShared(horizons);
                var results = new List<RiskResult>();
                foreach (var run in runs)
                {
                    results.AddRange(run.Results);
                    if (!parsed.GetValue(json)) { Print(run); }
                }

                if (results.Count == 0) { throw new InvalidDataException("the traces hold no moment to forecast: none at which all machines of a pool are there, with the whole horizon after it"); }
                var text = JsonSerializer.Serialize(results, PlannerReport.Json);
                if (parsed.GetValue(json)) { Console.WriteLine(text); }
                if (parsed.GetValue(report)) { Write(text); }
                return 0;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException or ArgumentException)
            {
                Console.Error.WriteLine($"bench risk: {e.Message}");
                return 2;
            }
        });
        return command;
    }

    private static IEnumerable<RiskRun> OnOthers(string train, string test, int[] horizons)
    {
        var (training, testing) = (TraceFolder.Read(train), TraceFolder.Read(test));
        return horizons.Select(h => RiskBenchmark.OnOthers(training, testing, h));
    }

    private static IEnumerable<RiskRun> OnShared(int[] horizons)
    {
        var sets = TraceFolder.Read(BenchmarkData.Folder("spot-traces"));
        return from set in sets from h in horizons from run in new[] { RiskBenchmark.InTime(set, h), RiskBenchmark.OutOfZone(set, h) } select run;
    }

    private static void Print(RiskRun run)
    {
        foreach (var r in run.Results)
        {
            var auc = r.Auc is { } a ? a.ToString("0.000", CultureInfo.InvariantCulture) : "  -  ";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Set,-16} {r.Split,-18} {r.HorizonMinutes,4} min  {r.Model,-16} Brier {r.Brier:0.0000}  AUC {auc}  calibration error {r.Bins.Error:0.000}"));
        }

        if (run.Results is [.., var last]) { Console.WriteLine($"    forecast->observed (moments): {last.Bins}"); }
        foreach (var note in run.Notes) { Console.WriteLine($"    {note}"); }
    }

    private static void Write(string text)
    {
        var file = Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "bench-risk.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text + "\n");
    }
}
