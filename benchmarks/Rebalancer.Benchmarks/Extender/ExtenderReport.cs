using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Wrapper;
using Spectre.Console;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>artifacts/bench-extender.json and the table on the terminal.</summary>
internal static class ExtenderReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string[] Columns = ["names", "pod", "loop", "clients", "requests/s", "p50 ms", "p99 ms", "max ms", "server CPU ms", "errors"];

    public static async Task WriteAsync(IReadOnlyList<LoadResult> results, CancellationToken cancellation)
    {
        var file = Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "bench-extender.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { prioritize = results }, Json) + "\n", cancellation);
    }

    public static void WriteTable(IReadOnlyList<LoadResult> results, TextWriter output)
    {
        var table = new Table();
        foreach (var column in Columns) { table.AddColumn(new TableColumn(column).RightAligned()); }
        foreach (var r in results)
        {
            table.AddRow(
                Text(r.Names, "0"), r.Pods, r.Loop, Text(r.Clients, "0"), Text(r.RequestsPerSecond, "0"), Text(r.P50Ms, "0.00"), Text(r.P99Ms, "0.00"),
                Text(r.MaxMs, "0.0"), Text(r.ServerCpuMs, "0.00"), Text(r.Errors, "0"));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Math.Max(console.Profile.Width, 120);
        console.Write(table);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
