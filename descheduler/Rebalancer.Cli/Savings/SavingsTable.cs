using System.Globalization;
using Rebalancer.Ledger.Accounting;
using Spectre.Console;

namespace Rebalancer.Cli.Savings;

/// <summary>Savings for people.</summary>
internal sealed class SavingsTable(IAnsiConsole console)
{
    private const int MostMoves = 50;

    public void Print(SavingsReport report)
    {
        console.WriteLine($"{report.From:u} to {report.To:u}: nodes cost {Usd(report.NodesUsd)}, {Usd(report.NodesUsdPerHour)}/h now");
        if (report.RecordedSince is not { } begun)
        {
            console.WriteLine("The ledger is empty.");
            return;
        }

        if (begun > report.From) { console.WriteLine($"Recorded since {begun:u}: what was before is not in these figures."); }
        Totals(report.Totals);
        if (report.UnvaluedMoves > 0) { console.WriteLine($"{report.UnvaluedMoves} moves ended before their pod's value was known, and count as $0."); }
        Plans(report);
        Moves(report);
    }

    private void Totals(Totals totals)
    {
        var table = Table("", "US dollars", "");
        Row(table, "predicted", Usd(totals.PredictedUsd), "by plans that ran, until now");
        Row(table, "nodes that went", Usd(totals.NodesSavedUsd), "their price then, while they are away, until the plan's horizon ends");
        Row(table, "nodes that were added", Usd(-totals.NewNodesUsd), "for plans");
        Row(table, "moves", Usd(-totals.MovingUsd), $"freezes {Usd(totals.FreezeUsd)}, bytes {Usd(totals.BytesUsd)}, restarts {Usd(totals.RestartUsd)}");
        Row(table, "avoided restarts", Usd(totals.AvoidedUsd), "pods that had to leave, and lived");
        Row(table, "net", Usd(totals.NetUsd), $"{totals.SucceededMoves} moves succeeded, {totals.FailedMoves} failed, {totals.OtherMoves} rolled back");
        Row(table, "now", $"{Usd(totals.RealisedUsdPerHour)}/h", $"of {Usd(totals.PredictedUsdPerHour)}/h predicted, by plans whose horizon lasts");
        console.Write(table);
    }

    private void Plans(SavingsReport report)
    {
        if (report.Plans.IsEmpty) { return; }
        var table = Table("plan", "phase", "began", "predicted", "realised", "moves", "net", "nodes gone", "still there");
        foreach (var plan in report.Plans)
        {
            Row(
                table, plan.Name, plan.Phase, plan.StartedAt is { } start ? start.ToString("u", CultureInfo.InvariantCulture) : "never", Usd(plan.PredictedUsd), Usd(plan.NodesSavedUsd - plan.NewNodesUsd), Usd(-plan.MovingUsd), Usd(plan.NetUsd),
                string.Join(", ", plan.Nodes.Select(n => $"{n.Name} ({Usd(n.UsdPerHour)}/h)")), string.Join(", ", plan.Remaining));
        }

        console.Write(table);
    }

    private void Moves(SavingsReport report)
    {
        if (report.Moves.IsEmpty) { return; }
        var table = Table("move", "pod", "why", "outcome", "freeze", "cost", "avoided", "plan");
        foreach (var move in report.Moves.Reverse().Take(MostMoves))
        {
            Row(
                table, $"{move.Namespace}/{move.Name}", move.Pod, move.Reason, move.OutcomeReason.Length > 0 ? $"{move.Outcome} ({move.OutcomeReason})" : move.Outcome, $"{move.FreezeMs} ms",
                Usd(move.FreezeUsd + move.BytesUsd + move.RestartUsd), Usd(move.AvoidedUsd), move.Plan);
        }

        console.Write(table);
        if (report.Moves.Length > MostMoves) { console.WriteLine($"... and {report.Moves.Length - MostMoves} moves before these; -o json has them all"); }
    }

    internal static Table Table(params string[] columns) => new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(c => new TableColumn(new Text(c)))]);

    internal static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(c => new Text(c))]);

    internal static string Usd(decimal usd) => (usd < 0 ? "-$" : "$") + Math.Abs(Math.Round(usd, 4)).ToString("0.00##", CultureInfo.InvariantCulture);
}
