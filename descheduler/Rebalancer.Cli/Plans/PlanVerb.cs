using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Output;
using Rebalancer.Planning;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Cli.Plans;

/// <summary>Plans and prints.</summary>
internal static class PlanVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, search, format) = (new InputOptions(), new SearchOptions(), new OutputOption());
        var command = new Command("plan", "The cheapest safe placement that moves can reach, for the cluster or from a file; nothing is touched.");
        options.AddTo(command);
        search.AddTo(command);
        format.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            if (await options.ReadAsync(parsed, cli, search, cancellation) is not { } input)
            {
                return ExitCode.BadInput;
            }

            var plan = Plan(input, cli.Clock);
            format.Print(cli, parsed, PlanDocument.Of(plan), console => new PlanTable(console).Print(plan, input.Notes));
            return ExitCode.Done;
        });
        return command;
    }

    public static MovePlan Plan(PlanInput input, TimeProvider clock)
        => new Planner(input.Policy, NodeHazard.Of(input.Snapshot, clock), new SizeEstimates(), clock).Plan(input.Snapshot, input.Budget);
}
