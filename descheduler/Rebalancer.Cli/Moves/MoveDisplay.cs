using System.Globalization;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Spectre.Console;

namespace Rebalancer.Cli.Moves;

/// <summary>How far a move is: a line for each phase; on a terminal the running one changes in place, else a line comes every few seconds.</summary>
internal sealed class MoveDisplay(CliContext cli)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);

    private readonly bool isTerminal = cli.Console.Profile is { Out.IsTerminal: true, Capabilities.Interactive: true };
    private string? phase;
    private TimeSpan lastLine;

    public Task<T> ShowAsync<T>(Func<Action<Migration, TimeSpan>, Task<T>> follow) => isTerminal
        ? cli.Console.Status().StartAsync("Pending", status => follow((migration, elapsed) =>
        {
            Lines(migration, elapsed);
            status.Status = Markup.Escape(Line(migration, elapsed));
        }))
        : follow(Lines);

    private void Lines(Migration migration, TimeSpan elapsed)
    {
        var now = migration.Status.Phase ?? Phases.Pending;
        if (now == phase && (isTerminal || elapsed - lastLine < BetweenLines))
        {
            return;
        }

        (phase, lastLine) = (now, elapsed);
        var line = Line(migration, elapsed);
        if (isTerminal)
        {
            // The console puts it above what changes in place.
            cli.Console.WriteLine(line);
        }
        else
        {
            cli.Output.WriteLine(line);
        }
    }

    private static string Line(Migration migration, TimeSpan elapsed)
    {
        var status = migration.Status;
        var details = new[]
        {
            status is { SourceNode: { Length: > 0 } source, TargetNode: { Length: > 0 } target } ? $"{source} -> {target}" : null,
            status.Source?.Bytes is > 0 and { } bytes ? $"{Words.Bytes(bytes)} sent" : null,
            status.Source?.FreezeMs is { } freezeMs ? $"frozen {Words.Milliseconds(freezeMs)}" : null,
            Phases.IsFinal(status.Phase) ? null : status.Message,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,7:0.0} s  {status.Phase ?? Phases.Pending,-10} {string.Join(", ", details.OfType<string>().Where(d => d.Length > 0))}").TrimEnd();
    }
}
