using System.CommandLine;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Plans;
using Spectre.Console;

namespace Rebalancer.Cli;

/// <summary>The verbs of kubectl-rebalancer. They end with 0, or with 1 where the input makes no sense.</summary>
internal static class CliCommands
{
    public static RootCommand Create(IAnsiConsole console, TextWriter output, TextWriter errors, TimeProvider clock) => new("Which pods should move where, and what that saves.")
    {
        Plan(console, output, errors, clock),
        Explain(console, errors, clock),
    };

    private static Command Plan(IAnsiConsole console, TextWriter output, TextWriter errors, TimeProvider clock)
    {
        var options = new InputOptions();
        var format = new Option<string>("--output", "-o") { Description = "table, json or yaml.", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "yaml");
        var command = new Command("plan", "The cheapest safe placement that moves can reach, from a file; nothing is touched.") { format };
        options.AddTo(command);
        command.SetAction(parsed => options.Read(parsed, errors) is not { } input ? 1 : new PlanCommand(console, output, clock).Run(input, parsed.GetValue(format)!));
        return command;
    }

    private static Command Explain(IAnsiConsole console, TextWriter errors, TimeProvider clock)
    {
        var options = new InputOptions();
        var pod = new Option<string>("--pod") { Description = "namespace/name.", Required = true };
        var node = new Option<string?>("--node") { Description = "Only this node; otherwise all." };
        var command = new Command("explain", "Why a pod moves or stays, and what speaks for and against each node.") { pod, node };
        options.AddTo(command);
        command.SetAction(parsed => options.Read(parsed, errors) is not { } input ? 1 : new ExplainCommand(console, errors, clock).Run(input, parsed.GetValue(pod)!, parsed.GetValue(node)));
        return command;
    }
}
