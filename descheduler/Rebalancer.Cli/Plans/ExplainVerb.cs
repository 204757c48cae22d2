using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;

namespace Rebalancer.Cli.Plans;

/// <summary>The verb explain.</summary>
internal static class ExplainVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, search) = (new InputOptions(), new SearchOptions());
        var pod = new Option<string>("--pod") { Description = "namespace/name.", Required = true };
        var node = new Option<string?>("--node") { Description = "Only this node; otherwise all." };
        var command = new Command("explain", "Why a pod moves or stays, and what speaks for and against each node.") { pod, node };
        options.AddTo(command);
        search.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) => await options.ReadAsync(parsed, cli, search, cancellation) is not { } input
            ? ExitCode.BadInput
            : new ExplainCommand(cli.Console, cli.Errors, cli.Clock).Run(input, parsed.GetValue(pod)!, parsed.GetValue(node)));
        return command;
    }
}
