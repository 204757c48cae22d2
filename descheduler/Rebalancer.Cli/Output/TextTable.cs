using Spectre.Console;

namespace Rebalancer.Cli.Output;

/// <summary>Rows of plain text under headings; brackets in it mean nothing.</summary>
internal sealed class TextTable
{
    private readonly Table table;

    public TextTable(params string[] columns) => table = new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(c => new TableColumn(new Text(c)))]);

    public void Row(params string?[] cells) => table.AddRow([.. cells.Select(c => new Text(c ?? ""))]);

    public void Print(IAnsiConsole console) => console.Write(table);

    public static void Print<T>(IAnsiConsole console, IEnumerable<T> items, params (string Column, Func<T, string?> Cell)[] columns)
    {
        var table = new TextTable([.. columns.Select(c => c.Column)]);
        foreach (var item in items)
        {
            table.Row([.. columns.Select(c => c.Cell(item))]);
        }

        table.Print(console);
    }
}
