using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rebalancer.Lab.Demo;

/// <summary>One picture on a terminal, redrawn in place.</summary>
internal sealed class LiveDemoView(IAnsiConsole console, TimeProvider time) : IDemoView
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(150);

    public Task ShowAsync(Func<DemoSnapshot> snapshot, Task work, CancellationToken cancel) =>
        console.Live(Draw(snapshot())).AutoClear(false).StartAsync(async live =>
        {
            using var frames = new PeriodicTimer(Frame, time);
            while (!work.IsCompleted)
            {
                live.UpdateTarget(Draw(snapshot()));
                await Task.WhenAny(work, frames.WaitForNextTickAsync(cancel).AsTask());
            }

            live.UpdateTarget(Draw(snapshot()));
            await work;
        });

    private static Rows Draw(DemoSnapshot now)
    {
        var parts = new List<IRenderable> { new Markup($"[bold]{Markup.Escape(now.Headline)}[/]{Deadline(now)}") };
        if (now.Moves.Count > 0)
        {
            parts.Add(MovesTable(now.Moves));
        }

        if (now.Counter is not null || now.Echo is not null)
        {
            parts.Add(ClientsTable(now));
        }

        return new Rows(parts);
    }

    private static string Deadline(DemoSnapshot now) => now.DeadlineSeconds is { } seconds
        ? string.Create(CultureInfo.InvariantCulture, $"   [{(seconds > 30 ? "yellow" : "red")}]node goes away in {Math.Max(0, seconds):0} s[/]")
        : "";

    private static Table MovesTable(IReadOnlyList<MoveRow> moves)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("migrations")
            .AddColumns("pod", "from", "to", "phase", "source", "target").AddColumn("sent", Right).AddColumn("freeze", Right);
        foreach (var move in moves)
        {
            var colour = move.Phase switch { "Succeeded" => "green", "RolledBack" or "Failed" => "red", _ => "yellow" };
            table.AddRow(Markup.Escape(move.Pod), Markup.Escape(move.From), Markup.Escape(move.To), $"[{colour}]{Markup.Escape(move.Phase)}[/]",
                Markup.Escape(move.Source), Markup.Escape(move.Target), DemoText.Megabytes(move.Bytes), DemoText.Milliseconds(move.FreezeMs));
        }

        return table;
    }

    private static Table ClientsTable(DemoSnapshot now)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("clients")
            .AddColumn("client").AddColumn("open", Right).AddColumn("broken", Right).AddColumn("replies", Right).AddColumn("wrong", Right)
            .AddColumn("waiting now", Right).AddColumn("longest stall", Right);
        if (now.Counter is { } counter)
        {
            AddClient(table, "Redis counter", 1 - counter.ConnectionsBroken, counter.ConnectionsBroken, counter.Replies, counter.RepliesWrong,
                counter.WaitingMs, counter.WindowStall.Ms);
        }

        if (now.Echo is { } echo)
        {
            AddClient(table, "WebSocket echo", echo.ConnectionsKept, echo.ConnectionsBroken, echo.Replies, echo.RepliesWrong, echo.WaitingMs, echo.WindowStall.Ms);
        }

        return table;
    }

    private static void AddClient(Table table, string name, int open, int broken, long replies, long wrong, double waitingMs, double stallMs) =>
        table.AddRow(name, DemoText.Count(open), Bad(broken), DemoText.Count(replies), Bad(wrong), DemoText.Milliseconds(waitingMs), DemoText.Milliseconds(stallMs));

    private static string Bad(long count) => count == 0 ? "[green]0[/]" : string.Create(CultureInfo.InvariantCulture, $"[red]{count}[/]");

    private static void Right(TableColumn column) => column.RightAligned();
}
