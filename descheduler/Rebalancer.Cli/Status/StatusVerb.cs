using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Moves;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Spectre.Console;

namespace Rebalancer.Cli.Status;

/// <summary>How Rebalancer is doing.</summary>
internal static class StatusVerb
{
    public static Option<string> SystemNamespace() => new("--system-namespace") { Description = "Where Rebalancer runs.", DefaultValueFactory = _ => Names.SystemNamespace };

    public static Command Create(CliContext cli)
    {
        var (options, format, system) = (new ClusterOptions(), new OutputOption(), SystemNamespace());
        var command = new Command("status", "Whether Rebalancer runs, its policies, what moves now, and what came of the last moves.") { system };
        options.AddTo(command);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var report = await StatusReport.ReadAsync(cluster, parsed.GetValue(system)!, cancellation);
            format.Print(cli, parsed, report, console => Print(cli.Output, console, report));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output, IAnsiConsole console, StatusReport report)
    {
        TextTable.Print(console, report.Components, ("program", c => c.Name), ("ready", c => c.Wanted is { } wanted ? $"{c.Ready} of {wanted}" : "-"), ("version", c => c.Version), ("", c => c.Problem));
        if (report.NodesWithAgent is { } agents)
        {
            output.WriteLine($"{agents} of {Words.Count(report.Nodes ?? 0, "node")} {(agents == 1 ? "has" : "have")} an agent.");
        }

        Section(output, console, "Policies", report.Policies, ("policy", p => p.Name), ("mode", p => p.Mode), ("ready", p => p.Ready), ("paused", p => p.Paused ? p.PausedBecause ?? "yes" : "no"), ("", p => p.Message));
        Section(output, console, "Plans that run or wait", report.Plans, ("plan", p => p.Name), ("policy", p => p.Policy), ("phase", p => p.Phase), ("moves", p => $"{p.Moves}"), ("saves $/h", p => p.UsdPerHourSaved), ("approval", p => p.Approval));
        Section(output, console, "Moves that run", report.Running, ("pod", Pod), ("phase", m => m.Phase), ("from", m => m.SourceNode), ("to", m => m.TargetNode), ("", m => m.Message));
        Section(output, console, "Last moves", report.Last, ("pod", Pod), ("outcome", m => m.Phase), ("from", m => m.SourceNode), ("to", m => m.TargetNode), ("stood still", m => m.FreezeMs is { } ms ? Words.Milliseconds(ms) : ""), ("reason", m => m.Reason));
    }

    private static string Pod(MoveResult move) => $"{move.Namespace}/{move.Pod}";

    private static void Section<T>(TextWriter output, IAnsiConsole console, string title, IReadOnlyList<T> rows, params (string, Func<T, string?>)[] columns)
    {
        output.WriteLine(rows.Count == 0 ? $"{title}: none" : $"{title}:");
        if (rows.Count > 0)
        {
            TextTable.Print(console, rows, columns);
        }
    }
}
