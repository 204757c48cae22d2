using System.Globalization;
using Spectre.Console;

namespace Rebalancer.Lab.Workloads;

/// <summary>The report as people read it.</summary>
internal static class WorkloadsTable
{
    private const int MaxFailureLength = 300;
    private static readonly string[] Columns = ["workload", "cgroup", "moves", "freeze p50/p99 ms", "stall p50/p99 ms", "requests", "errors", "MB p50", "checked"];

    public static Table Of(WorkloadsReport report)
    {
        var table = new Table().AddColumns(Columns);
        foreach (var series in report.Series)
        {
            table.AddRow(
                series.Workload,
                series.Cgroup,
                series.Moves.Count.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{series.FreezeP50Ms:0} / {series.FreezeP99Ms:0}"),
                string.Create(CultureInfo.InvariantCulture, $"{series.StallP50Ms:0} / {series.StallP99Ms:0}"),
                series.Replies.ToString(CultureInfo.InvariantCulture),
                series.Errors.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{series.BytesP50 / 1e6:0.0}"),
                Markup.Escape(series.Failure is { } failure ? $"FAILED: {Start(failure)}" : series.Checked ?? ""));
        }

        return table;
    }

    /// <summary>A failure may quote pages of a log; all of it is in the JSON.</summary>
    private static string Start(string failure) => failure.Length > MaxFailureLength ? failure[..MaxFailureLength] + "..." : failure;
}
