using System.Collections.Immutable;
using System.CommandLine;
using Rebalancer.Cli.Policies;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Cli.Inputs;

/// <summary>The options that say what a plan is made from, and reading them: all that is wrong is reported at once.</summary>
internal sealed class InputOptions
{
    private const int DefaultIterations = 2000;
    private const int MaxIterations = 100_000_000;
    private const string AssumedAgent = "assumed";

    private readonly Option<FileInfo[]> snapshots = new("--snapshot")
    {
        Description = "Output of kubectl get nodes,pods,pdb,pv,pvc,storageclasses,priorityclasses,csinodes,namespaces,replicasets,deployments -A -o json; may be given several times.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<FileInfo?> policy = new("--policy") { Description = "A RebalancePolicy, YAML or JSON." };
    private readonly Option<FileInfo?> prices = new("--prices") { Description = "Prices as CSV: instance_type,region,zone,capacity_type,usd_per_hour." };
    private readonly Option<int> iterations = new("--iterations") { Description = "Tries of the search.", DefaultValueFactory = _ => DefaultIterations };
    private readonly Option<double?> seconds = new("--seconds") { Description = "Time for the search; without it the same input gives the same plan." };
    private readonly Option<int> seed = new("--seed") { Description = "Seed of the search.", DefaultValueFactory = _ => 1 };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { snapshots, policy, prices, iterations, seconds, seed })
        {
            command.Add(option);
        }
    }

    /// <summary>Null where something is wrong, all of which then stands in <paramref name="errors"/>.</summary>
    public PlanInput? Read(ParseResult parsed, TextWriter errors)
    {
        var problems = new List<InvalidField>();
        var files = parsed.GetValue(snapshots)!.Select(f => (f.Name, Content: InputFile.Read(f, problems))).Where(f => f.Content is not null).ToList();
        var (snapshot, found) = SnapshotReader.Read(files.Select(f => (f.Name, (ReadOnlyMemory<byte>)f.Content)));
        problems.AddRange(found);
        var plan = parsed.GetValue(policy) is { } file && InputFile.ReadText(file, problems) is { } text ? PolicyFile.Read(file.Name, text, problems) : new PlanPolicy();
        var budget = Budget(parsed, problems);
        plan = plan with { Pricing = plan.Pricing with { Catalogues = [.. Catalogues(parsed, problems)] } };
        if (problems.Count == 0)
        {
            return Assume(snapshot, plan, budget);
        }

        problems.ForEach(p => errors.WriteLine(p));
        errors.WriteLine($"{problems.Count} problems; nothing was planned");
        return null;
    }

    private PlanBudget Budget(ParseResult parsed, List<InvalidField> problems)
    {
        var (tries, time) = (parsed.GetValue(iterations), parsed.GetValue(seconds));
        if (tries is < 1 or > MaxIterations)
        {
            problems.Add(new InvalidField("--iterations", "value", $"{tries}", $"1 to {MaxIterations}"));
        }

        if (time is not (null or (> 0 and <= 3600)))
        {
            problems.Add(new InvalidField("--seconds", "value", $"{time}", "above 0 and at most 3600"));
            time = null;
        }

        return new PlanBudget(tries, time is { } limit ? TimeSpan.FromSeconds(limit) : null, parsed.GetValue(seed));
    }

    private IEnumerable<IPriceCatalogue> Catalogues(ParseResult parsed, List<InvalidField> problems)
    {
        if (parsed.GetValue(prices) is { } file && InputFile.ReadText(file, problems) is { } text)
        {
            yield return PriceFile.Read(file.Name, text, problems);
        }

        yield return Ec2Catalogue.Instance;
    }

    /// <summary>In a cluster that Rebalancer is not installed in, a plan shows what it would do there.</summary>
    private static PlanInput Assume(ClusterSnapshot snapshot, PlanPolicy policy, PlanBudget budget)
    {
        if (snapshot.Nodes.Any(n => !string.IsNullOrEmpty(n.AgentEndpoint)))
        {
            return new PlanInput(snapshot, policy, budget, []);
        }

        return new PlanInput(
            snapshot with { Nodes = [.. snapshot.Nodes.Select(n => n with { AgentEndpoint = AssumedAgent })] },
            policy,
            budget,
            ["No node has an agent: the plan shows what would be done if each had one."]);
    }
}
