using System.Globalization;
using Spectre.Console;

namespace Rebalancer.Lab.Workloads;

/// <summary>The report's figures as people read them; what was checked, or what was lost, is printed after each series.</summary>
internal static class WorkloadsTable
{
    private static readonly string[] Columns = ["workload", "cgroup", "moves", "freeze p50/p99 ms", "stall p50/p99 ms", "requests", "errors", "MB p50"];

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
                string.Create(CultureInfo.InvariantCulture, $"{series.BytesP50 / 1e6:0.0}"));
        }

        return table;
    }
}
