using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Rebalancing.WhatIf;

namespace Rebalancer.Cli.Simulate;

/// <summary>What continuous rebalancing would bring, by simulation.</summary>
internal static class SimulateVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, format) = (new SimulateOptions(), new OutputOption());
        var command = new Command("simulate", "What continuous rebalancing would do to a cluster and its bill, beside doing nothing and beside evicting: the service's own decisions in a simulated cluster.");
        options.AddTo(command);
        format.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            if (options.Read(parsed, cli) is not var (simulation, notes))
            {
                return ExitCode.BadInput;
            }

            var report = await SimulationProgressView.RunAsync(cli, format.IsTable(parsed), progress => simulation.RunAsync(progress, cancellation));
            format.Print(cli, parsed, report, console => new SimulationTable(console).Print(report, notes));
            return ExitCode.Done;
        });
        return command;
    }
}
