using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>The table on the terminal and artifacts/bench-wrapper.json.</summary>
internal static class WrapperReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string RepositoryRoot { get; } = FindRoot();

    public static int Write(IReadOnlyList<CallTimes> calls, TextWriter output)
    {
        var isWithinLimit = calls.All(c => c.AddedP50Ms < WrapperBenchmark.LimitMs);
        var file = Path.Combine(RepositoryRoot, "artifacts/bench-wrapper.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(new { limitAddedP50Ms = WrapperBenchmark.LimitMs, isWithinLimit, calls }, Json) + "\n");
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Write(Table(calls));
        console.WriteLine(isWithinLimit
            ? $"rebalancer-runc adds less than {WrapperBenchmark.LimitMs} ms to the median of every call; {file}"
            : $"rebalancer-runc adds {WrapperBenchmark.LimitMs} ms or more to the median of a call; {file}");
        return isWithinLimit ? 0 : 1;
    }

    private static Table Table(IReadOnlyList<CallTimes> calls)
    {
        var table = new Table().Title("runc and rebalancer-runc, ms").AddColumn("call").AddColumn("n");
        foreach (var column in (string[])["runc p50", "runc p99", "wrapper p50", "wrapper p99", "added p50", "added p99", "ratio p50"]) { table.AddColumn(new TableColumn(column).RightAligned()); }
        foreach (var call in calls)
        {
            table.AddRow([call.Call, .. new[] { call.Count, call.PlainP50Ms, call.PlainP99Ms, call.WrappedP50Ms, call.WrappedP99Ms, call.AddedP50Ms, call.AddedP99Ms, call.RatioP50 }
                .Select((value, i) => value.ToString(i == 0 ? "0" : "0.00", CultureInfo.InvariantCulture))]);
        }
        return table;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Rebalancer.sln");
    }
}
