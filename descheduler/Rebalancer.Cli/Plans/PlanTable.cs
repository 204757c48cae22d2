using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy.Cost;
using Spectre.Console;

namespace Rebalancer.Cli.Plans;

/// <summary>A plan for people.</summary>
internal sealed class PlanTable(IAnsiConsole console)
{
    public void Print(MovePlan plan, IEnumerable<string> notes)
    {
        foreach (var note in notes.Concat(plan.Warnings.Select(w => w.ToString())))
        {
            console.WriteLine(note);
        }

        console.WriteLine($"{plan.Verdict}: {plan.Reason}");
        Moves(plan);
        Nodes(plan);
    }

    private void Moves(MovePlan plan)
    {
        if (plan.Waves.IsEmpty)
        {
            return;
        }

        foreach (var node in plan.NewNodes)
        {
            console.WriteLine($"First add {node.Name} ({node.InstanceType}, {Price(node.Price)}).");
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("wave", "pod", "from", "to", "cost of move", "why");
        foreach (var (wave, number) in plan.Waves.Select((w, i) => (w, i + 1)))
        {
            foreach (var move in wave.Moves)
            {
                Row(table, number.ToString(CultureInfo.InvariantCulture), move.Namespace + "/" + move.Pod, move.Source, move.Target, Money(move.Cost), move.Reason);
            }
        }

        console.Write(table);
    }

    private void Nodes(MovePlan plan)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "price", "then", "why");
        foreach (var node in plan.FreedNodes)
        {
            Row(table, node.Name, Price(node.Price), "can go", node.WasEmpty ? "empty before" : "emptied");
        }

        foreach (var node in plan.KeptNodes)
        {
            Row(table, node.Name, Price(node.Price), "stays", node.Reason);
        }

        console.Write(table);
    }

    private static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(c => new Text(c))]);

    private static string Price(NodePrice price) => $"{price.PerHour}/h{(price.Estimated ? " est." : "")}";

    private static string Money(Money money) => new Money(Math.Round(money.Usd, 4)).ToString();
}
