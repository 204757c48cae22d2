using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Output;
using Rebalancer.Model;
using Spectre.Console;

namespace Rebalancer.Cli.Nodes;

/// <summary>Moves all pods off a node that can move.</summary>
internal static class DrainVerb
{
    private const int MaxReasonLength = 1024;

    public static Command Create(CliContext cli)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var node = new Argument<string>("NODE") { Description = "A node of the cluster." };
        var undo = new Option<bool>("--undo") { Description = "Take it back: the node takes pods again." };
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads it later." };
        var wait = new Option<bool>("--wait") { Description = "Follow it to its end; --wait=false returns at once.", DefaultValueFactory = _ => true };
        var timeout = new DurationOption("--timeout", "Longest to follow it; pods go on leaving.", "30m");
        var command = new Command("drain", "Closes a node, and moves its pods to others; what cannot move stays, and is listed.") { node, undo, reason, wait };
        timeout.AddTo(command);
        options.AddTo(command);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var (name, limit, why) = (parsed.GetValue(node)!, timeout.Read(parsed), parsed.GetValue(reason));
            if (why is { Length: 0 or > MaxReasonLength })
            {
                throw CliException.Bad(new InvalidField("--reason", "length", $"{why.Length}", $"1 to {MaxReasonLength} characters"));
            }

            var drain = new NodeDrain(cluster.Client, cli.Clock);
            if (parsed.GetValue(undo))
            {
                await drain.UndoAsync(name, cancellation);
                format.Print(cli, parsed, new DrainReport(name, Closed: false, [], [], []), _ => cli.Output.WriteLine($"Node {name} takes pods again; moves that have begun end as they would."));
                return ExitCode.Done;
            }

            await drain.BeginAsync(name, why ?? $"drained by {await cluster.UserAsync(cancellation) ?? "somebody"}", cancellation);
            var lines = format.IsTable(parsed);
            var report = await drain.FollowAsync(name, parsed.GetValue(wait) ? limit : TimeSpan.Zero, line => { if (lines) { cli.Output.WriteLine(line); } }, cancellation);
            format.Print(cli, parsed, report, console => Print(cli, console, report));
            return report.IsDone || !parsed.GetValue(wait) ? ExitCode.Done : ExitCode.Unsuccessful;
        });
        return command;
    }

    private static void Print(CliContext cli, IAnsiConsole console, DrainReport report)
    {
        if (!report.IsDone)
        {
            cli.Output.WriteLine($"Node {report.Node} still has {Words.Count(report.Leaving.Count + report.Waiting.Count, "pod")} that can move:");
            TextTable.Print(console, report.Leaving.Concat(report.Waiting), ("pod", p => p.Pod), ("state", p => p.State), ("why", p => p.Why));
        }

        if (report.Immovable.Count > 0)
        {
            cli.Output.WriteLine($"{Words.Count(report.Immovable.Count, "pod")} cannot move, and {(report.Immovable.Count == 1 ? "stays" : "stay")}; kubectl drain evicts what is to go all the same:");
            TextTable.Print(console, report.Immovable, ("pod", p => p.Pod), ("reason", p => p.State), ("why", p => p.Why));
        }

        if (report.IsDone)
        {
            cli.Output.WriteLine($"Node {report.Node} is closed, and no pod that can move is left on it.");
        }
    }
}
