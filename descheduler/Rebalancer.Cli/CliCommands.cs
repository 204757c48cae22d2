using System.CommandLine;
using Rebalancer.Cli.Approvals;
using Rebalancer.Cli.Moves;
using Rebalancer.Cli.Nodes;
using Rebalancer.Cli.Plans;
using Rebalancer.Cli.Policies;
using Rebalancer.Cli.Savings;
using Rebalancer.Cli.Simulate;
using Rebalancer.Cli.Status;
using Spectre.Console;

namespace Rebalancer.Cli;

/// <summary>The verbs of kubectl-rebalancer. <see cref="ExitCode"/> says how they end.</summary>
internal static class CliCommands
{
    public static RootCommand Create(IAnsiConsole console, TextWriter output, TextWriter errors, TimeProvider clock)
    {
        var cli = new CliContext(console, output, errors, clock);
        return new("Which pods should move where, what that saves, and moving them.")
        {
            PlanVerb.Create(cli),
            ExplainVerb.Create(cli),
            PlansVerb.Create(cli),
            DecideVerb.Approve(cli),
            DecideVerb.Reject(cli),
            PauseVerb.Pause(cli),
            PauseVerb.Resume(cli),
            WindowsVerb.Create(cli),
            MigrateVerb.Create(cli),
            CheckVerb.Create(cli),
            DrainVerb.Create(cli),
            NodesVerb.Create(cli),
            SavingsVerb.Savings(console, output, errors, clock),
            SavingsVerb.Waste(console, output, errors),
            StatusVerb.Create(cli),
            SimulateVerb.Create(cli),
            VersionVerb.Create(cli),
        };
    }
}
