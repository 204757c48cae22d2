using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.PolicyObjects;
using Spectre.Console;

namespace Rebalancer.Cli.Policies;

/// <summary>What a policy's budgets allow now, and when they open and close next.</summary>
internal static class WindowsVerb
{
    private const int DefaultCount = 5;
    private const int MaxCount = 1000;

    public static Command Create(CliContext cli)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var name = new Argument<string?>("POLICY") { Description = "A RebalancePolicy of the cluster; otherwise all.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<FileInfo?>("--policy") { Description = "Instead of the cluster's: a RebalancePolicy, YAML or JSON." };
        var count = new Option<int>("--count") { Description = "Openings to show of each.", DefaultValueFactory = _ => DefaultCount };
        var command = new Command("windows", "When plans may be carried out: what is open now, and the next openings of every budget.") { name, file, count };
        options.AddTo(command);
        format.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            if (parsed.GetValue(count) is var asked && asked is < 1 or > MaxCount)
            {
                throw CliException.Bad(new InvalidField("--count", "value", $"{asked}", $"1 to {MaxCount}"));
            }

            if (parsed.GetValue(file) is not null && parsed.GetValue(name) is { } both)
            {
                throw CliException.Bad(new InvalidField("POLICY", "value", both, "nothing beside --policy"));
            }

            var problems = new List<InvalidField>();
            var rules = parsed.GetValue(file) is { } given ? OfFile(given, problems) : await OfClusterAsync(parsed, options, cli, parsed.GetValue(name), problems, cancellation);
            if (problems.Count > 0)
            {
                problems.ForEach(p => cli.Errors.WriteLine(p));
                return ExitCode.BadInput;
            }

            var documents = rules.Select(r => PolicyWindows.Of(r.Name, r.Rules, cli.Clock.GetUtcNow(), asked)).ToList();
            format.Print(cli, parsed, documents, console => documents.ForEach(d => Print(console, cli.Output, d)));
            return ExitCode.Done;
        });
        return command;
    }

    private static List<(string Name, RebalanceRules Rules)> OfFile(FileInfo file, List<InvalidField> problems)
        => InputFile.ReadText(file, problems) is { } text ? [(file.Name, PolicyFile.Read(file.Name, text, problems))] : [];

    private static async Task<List<(string Name, RebalanceRules Rules)>> OfClusterAsync(ParseResult parsed, ClusterOptions options, CliContext cli, string? name, List<InvalidField> problems, CancellationToken cancellation)
    {
        using var cluster = options.Connect(parsed, cli.Clock);
        return [.. (await cluster.PoliciesAsync(name, cancellation)).Select(p => (p.Metadata.Name, PolicyMapping.ToModel($"{RebalancePolicy.RebalancePolicyKind} {p.Metadata.Name}", p.Spec, problems)))];
    }

    private static void Print(IAnsiConsole console, TextWriter output, PolicyWindows policy)
    {
        output.WriteLine($"RebalancePolicy {policy.Policy}");
        TextTable.Print(
            console, policy.Reasons,
            ("reason", r => r.Reason),
            ("now", r => r.Open ? "open" : "closed"),
            ("until (UTC)", r => r.Until is { } at ? PolicyWindows.Text(at, TimeZoneInfo.Utc) : "for good"),
            ("because", r => r.ClosedBecause),
            ("then open (UTC)", r => string.Join("\n", r.Openings.Select(o => o.Utc))));
        if (policy.Budgets.Count > 0)
        {
            TextTable.Print(
                console, policy.Budgets,
                ("budget", b => b.Field),
                ("mode", b => b.Mode),
                ("at a time", b => b.Amount),
                ("reasons", b => string.Join(", ", b.Reasons)),
                ("schedule", b => b.Schedule),
                ("now", b => b.Open ? "open" : "not open"),
                ("open, in its zone", b => string.Join("\n", b.Openings.Select(o => o.Local))),
                ("open (UTC)", b => string.Join("\n", b.Openings.Select(o => o.Utc))));
        }
    }
}
