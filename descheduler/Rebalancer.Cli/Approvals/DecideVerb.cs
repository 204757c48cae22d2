using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;

namespace Rebalancer.Cli.Approvals;

/// <summary>The verbs approve and reject.</summary>
internal static class DecideVerb
{
    /// <summary>As the schema has it.</summary>
    private const int MaxNoteLength = 1024;

    public static Command Approve(CliContext cli) => Create(cli, "approve", "Lets a plan be carried out, within its policy's budgets.", ApprovalDecisions.Approved);

    public static Command Reject(CliContext cli) => Create(cli, "reject", "Ends a plan without carrying it out.", ApprovalDecisions.Rejected);

    private static Command Create(CliContext cli, string verb, string description, string decision)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var plan = new Argument<string>("PLAN") { Description = "A RebalancePlan of the cluster." };
        var note = new Option<string?>("--note") { Description = "Why, for whoever reads it later." };
        var command = new Command(verb, description) { plan, note };
        options.AddTo(command);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var said = parsed.GetValue(note);
            if (said?.Length > MaxNoteLength)
            {
                throw CliException.Bad(new InvalidField("--note", "length", $"{said.Length}", $"at most {MaxNoteLength} characters"));
            }

            var (decided, sentence) = await new PlanDecision(cluster).DecideAsync(parsed.GetValue(plan)!, decision, said, cancellation);
            format.Print(cli, parsed, PlanRow.Of(decided), _ => cli.Output.WriteLine(sentence));
            return ExitCode.Done;
        });
        return command;
    }
}
