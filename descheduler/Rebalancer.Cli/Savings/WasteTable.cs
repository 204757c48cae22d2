using System.Globalization;
using Rebalancer.Ledger.Waste;
using Spectre.Console;

namespace Rebalancer.Cli.Savings;

/// <summary>Who uses what the nodes cost, for people.</summary>
internal sealed class WasteTable(IAnsiConsole console)
{
    public void Print(WasteReport report)
    {
        console.WriteLine($"{report.At:u}: nodes cost {SavingsTable.Usd(report.UsdPerHour)}/h, of which {SavingsTable.Usd(report.IdleUsdPerHour)}/h are idle");
        console.WriteLine(report.WasteUsdPerHour is { } waste
            ? $"{SavingsTable.Usd(waste)}/h are asked for and not used."
            : "Nothing measures what pods use (metrics.k8s.io): each counts as using what it asks for, and waste is not known.");
        var namespaces = SavingsTable.Table("namespace", "$/h", "asked for and not used", "pods");
        foreach (var ns in report.Namespaces)
        {
            SavingsTable.Row(namespaces, ns.Name, SavingsTable.Usd(ns.UsdPerHour), Waste(ns.WasteUsdPerHour), ns.Pods.ToString(CultureInfo.InvariantCulture));
        }

        console.Write(namespaces);
        var nodes = SavingsTable.Table("node", "$/h", "idle", "", "asked for and not used", "pods");
        foreach (var node in report.Nodes.OrderByDescending(n => n.IdleUsdPerHour))
        {
            SavingsTable.Row(
                nodes, node.Name, SavingsTable.Usd(node.UsdPerHour) + (node.Estimated ? " est." : ""), SavingsTable.Usd(node.IdleUsdPerHour), node.IdleShare.ToString("P0", CultureInfo.InvariantCulture), Waste(node.WasteUsdPerHour),
                node.Pods.ToString(CultureInfo.InvariantCulture));
        }

        console.Write(nodes);
    }

    private static string Waste(decimal? usd) => usd is { } known ? SavingsTable.Usd(known) : "?";
}
