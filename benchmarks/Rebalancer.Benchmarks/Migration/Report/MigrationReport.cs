using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>artifacts/bench-migration.json and the table on the terminal.</summary>
internal static class MigrationReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string[] Columns = ["stall p50 ms", "p99", "x runc", "freeze p50", "total p50", "x runc", "MB", "x runc", "CPU s", "x runc", "broken", "wrong"];

    public static string ToJson(IReadOnlyList<MigrationResult> results) => JsonSerializer.Serialize(results, Json) + "\n";

    public static async Task WriteAsync(IReadOnlyList<MigrationResult> results, string file, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await File.WriteAllTextAsync(file, ToJson(results), cancel);
    }

    public static void WriteTable(IReadOnlyList<MigrationResult> results, TextWriter output)
    {
        var table = new Table().AddColumn("workload").AddColumn("link").AddColumn("method").AddColumn(new TableColumn("moves").RightAligned());
        foreach (var column in Columns) { table.AddColumn(new TableColumn(column).RightAligned()); }
        foreach (var result in results) { table.AddRow(Row(result, Ratios.Of(result, results))); }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Math.Max(console.Profile.Width, 180);
        console.Write(table);
    }

    private static string[] Row(MigrationResult result, Ratios ratios)
    {
        var combination = new Combination(result.Method, result.MemoryMb, result.WriteMbPerS, result.LinkMbitPerS, result.Moves);
        return
        [
            combination.Workload, combination.Link, result.Strategy == "none" ? result.Method : $"{result.Method} {result.Strategy}", Text(result.Moves, "0"),
            Text(result.StallP50Ms, "0"), Text(result.StallP99Ms, "0"), Text(ratios.Stall, "0.00"), Text(result.FreezeP50Ms, "0"),
            Text(result.TotalP50Ms, "0"), Text(ratios.Total, "0.00"), Text(result.BytesP50 / 1e6, "0.0"), Text(ratios.Bytes, "0.00"),
            Text(result.CpuSeconds, "0.00"), Text(ratios.Cpu, "0.00"), Text(result.ConnectionsBroken, "0"), Text(result.RepliesWrong, "0"),
        ];
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
