using System.Globalization;
using Rebalancer.Cli.Output;
using Rebalancer.Rebalancing.WhatIf;
using Spectre.Console;

namespace Rebalancer.Cli.Simulate;

/// <summary>A simulation's report for people.</summary>
internal sealed class SimulationTable(IAnsiConsole console)
{
    public void Print(SimulationReport report, IEnumerable<string> notes)
    {
        foreach (var note in notes) { console.WriteLine(note); }
        console.WriteLine(Text($"{report.Days:0.##} days from {report.Start.UtcDateTime:yyyy-MM-dd HH:mm}Z, seed {report.Seed}: {report.Nodes} nodes, {report.Pods} pods at the start; {report.Arrivals} pods came, {report.Departures} went."));
        var plans = report.Plans;
        console.WriteLine(Text($"{plans.Made} plans were made, {plans.Proposed} proposed, {plans.Begun} carried out, {plans.Completed} to their end{(plans.NewNodes > 0 ? $", for which {plans.NewNodes} nodes of other types came" : "")}; {plans.RemoveShare:0.##%} of their moves within 30 min of the pod's last; budgets were closed for {plans.ClosedHours:0.#} h."));
        Rows(report);
        Sentence(report);
    }

    private void Rows(SimulationReport report)
    {
        var table = new TextTable(["", .. report.Arms.Select(a => a.Name)]);
        void Row(string name, Func<ArmReport, string> cell) => table.Row([name, .. report.Arms.Select(cell)]);
        Row("nodes, $", a => Usd(a.NodeUsd));
        Row("moves, $", a => Usd(a.MovingUsd));
        Row("interruptions, $", a => Usd(a.InterruptionUsd));
        Row("total, $", a => Usd(a.TotalUsd));
        Row("nodes, mean", a => Text($"{a.NodesMean:0.0}"));
        Row("nodes at the end", a => Text($"{a.NodesEnd}"));
        Row("moves by plans", a => Text($"{a.Moves}"));
        Row("  that failed", a => Text($"{a.FailedMoves}"));
        Row("nodes taken away", a => Text($"{a.Interruptions}"));
        Row("  pods that left live", a => Text($"{a.SavedPods}"));
        Row("pods restarted", a => Text($"{a.Restarts}"));
        Row("down, pod hours", a => Text($"{a.RestartSeconds / 3600:0.00}"));
        Row("frozen, pod seconds", a => Text($"{a.FrozenSeconds:0.0}"));
        table.Print(console);
    }

    private void Sentence(SimulationReport report)
    {
        var (nothing, evict, live) = (report.Arms[0], report.Arms[1], report.Arms[2]);
        var saved = nothing.TotalUsd - live.TotalUsd;
        var share = nothing.TotalUsd > 0 ? (double)(saved / nothing.TotalUsd) : 0;
        var avoided = (evict.RestartSeconds - live.RestartSeconds - live.FrozenSeconds) / 3600;
        console.WriteLine(Text($"Moving live instead of doing nothing saves ${Usd(saved)} ({share:0.0%}); instead of evicting ${Usd(evict.TotalUsd - live.TotalUsd)}, and {avoided:0.0} pod hours of downtime."));
    }

    private static string Usd(decimal usd) => usd.ToString("#,##0.00", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
