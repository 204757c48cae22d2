using System.CommandLine;
using System.Globalization;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Output;

namespace Rebalancer.Cli.Nodes;

/// <summary>What nodes cost, how likely they are to go, and what room they have.</summary>
internal static class NodesVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, format) = (new InputOptions(), new OutputOption());
        var command = new Command("nodes", "What each node costs, how likely it is to be interrupted, its room, and where its pods could go on.");
        options.AddTo(command);
        format.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            if (await options.ReadAsync(parsed, cli, null, cancellation) is not { } input)
            {
                return ExitCode.BadInput;
            }

            var (rows, warnings) = NodeRows.Of(input.Snapshot, input.Policy, cli.Clock);
            format.Print(cli, parsed, rows, console =>
            {
                input.Notes.Concat(warnings).ToList().ForEach(cli.Output.WriteLine);
                TextTable.Print(
                    console, rows,
                    ("node", r => r.Name),
                    ("state", r => r.State),
                    ("type", r => r.InstanceType),
                    ("capacity", r => r.Capacity),
                    ("zone", r => r.Zone),
                    ("$/h", r => Number(r.UsdPerHour, "0.#####") + (r.Estimated ? " est." : "")),
                    ("interruptions/h", r => Number(r.InterruptionsPerHour, "0.#####")),
                    ("cpu free", r => $"{Number(r.CpuFree, "0.###")} of {Number(r.Cpu, "0.###")}"),
                    ("memory free", r => $"{Words.Bytes(r.MemoryFreeBytes)} of {Words.Bytes(r.MemoryBytes)}"),
                    ("pods", r => $"{r.Pods} of {r.PodLimit}"),
                    ("cpu class", r => Number(r.CpuClass, "0")),
                    ("agent", r => r.Agent ?? "none"));
                cli.Output.WriteLine($"{Words.Count(rows.Count, "node")}, ${Number(rows.Sum(r => r.UsdPerHour), "0.#####")}/h. Pods go on between nodes of one cpu class; explain shows which other moves are possible.");
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static string Number(IFormattable number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
