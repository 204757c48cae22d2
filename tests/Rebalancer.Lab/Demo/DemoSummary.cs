using System.Globalization;
using Spectre.Console;

namespace Rebalancer.Lab.Demo;

/// <summary>The last thing that the demo prints.</summary>
internal static class DemoSummary
{
    public static void Write(IAnsiConsole console, DemoOutcome outcome, string reportPath, string? logs)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("pod", "from", "to", "strategy").AddColumn("freeze", Right).AddColumn("longest stall", Right).AddColumn("kept", Right)
            .AddColumn("broken", Right).AddColumn("wrong replies", Right).AddColumn("moved", Right);
        foreach (var move in outcome.Report.Migrations)
        {
            table.AddRow(
                Markup.Escape(move.Pod), move.From, move.To, move.Strategy, DemoText.Milliseconds(move.FreezeMs), DemoText.Milliseconds(move.ClientLongestStallMs),
                DemoText.Count(move.ConnectionsKept), DemoText.Count(move.ConnectionsBroken), DemoText.Count(move.RepliesWrong), DemoText.Megabytes(move.Bytes));
        }

        console.Write(table);
        var report = outcome.Report;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"moved {report.DeadlineMetSeconds:0.0} s before the node's end; nodes cost ")
            + $"{DemoText.Usd(report.CostPerHourUsdBefore)}/h before, {DemoText.Usd(report.CostPerHourUsdAfter)}/h after; {reportPath}");
        console.WriteLine($"plan {report.Plan.Name} emptied {string.Join(" and ", report.Plan.FreedNodes)}: {DemoText.Usd(report.PredictedSavingsPerHourUsd)}/h predicted, "
            + $"{(report.RealisedSavingsPerHourUsd is { } realised ? DemoText.Usd(realised) : "nothing")}/h realised; the ledger: {string.Join(", ", report.Exports)}");
        foreach (var failure in outcome.Failures)
        {
            console.MarkupLine($"[red]{Markup.Escape(failure)}[/]");
        }

        if (logs is not null)
        {
            console.WriteLine($"logs of the nodes: {logs}");
        }
    }

    private static void Right(TableColumn column) => column.RightAligned();
}
