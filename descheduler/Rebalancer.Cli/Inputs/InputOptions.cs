using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Cli.Inputs;

/// <summary>The options that say what a plan is made from, files or a cluster, and reading them: all that is wrong is reported at once.</summary>
internal sealed class InputOptions
{
    private const string AssumedAgent = "assumed";

    private readonly Option<FileInfo[]> snapshots = new("--snapshot")
    {
        Description = "Instead of a cluster: output of kubectl get nodes,pods,pdb,pv,pvc,storageclasses,priorityclasses,csinodes,namespaces,replicasets,deployments -A -o json; may be given several times.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<FileInfo?> prices = new("--prices") { Description = "Prices as CSV: instance_type,region,zone,capacity_type,usd_per_hour." };
    private readonly PolicyOptions policy = new();
    private readonly ClusterOptions cluster = new();

    public void AddTo(Command command)
    {
        command.Add(snapshots);
        policy.AddTo(command);
        command.Add(prices);
        cluster.AddTo(command);
    }

    /// <summary>Null where something is wrong, all of which then stands in the errors.</summary>
    /// <param name="search">Null: nothing is searched for.</param>
    public async Task<PlanInput?> ReadAsync(ParseResult parsed, CliContext cli, SearchOptions? search, CancellationToken cancellation)
    {
        var (problems, notes) = (new List<InvalidField>(), new List<string>());
        using var connection = parsed.GetValue(snapshots) is { Length: > 0 } ? null : cluster.Connect(parsed, cli.Clock);
        var budget = search?.Read(parsed, problems) ?? new PlanBudget(1, null, 1);
        var snapshot = connection is null ? OfFiles(parsed, problems) : await ClusterSnapshots.ReadAsync(connection, notes, cancellation);
        var plan = await policy.ReadAsync(parsed, connection, problems, notes, cancellation);
        plan = plan with { Pricing = plan.Pricing with { Catalogues = [.. Catalogues(parsed, problems)] } };
        if (problems.Count == 0)
        {
            var input = new PlanInput(snapshot, plan, budget, [.. notes]);
            return search is null ? input : Assume(input);
        }

        problems.ForEach(p => cli.Errors.WriteLine(p));
        await cli.Errors.WriteLineAsync($"{problems.Count} problems; nothing was planned");
        return null;
    }

    private ClusterSnapshot OfFiles(ParseResult parsed, List<InvalidField> problems)
    {
        var files = parsed.GetValue(snapshots)!.Select(f => (f.Name, Content: InputFile.Read(f, problems))).Where(f => f.Content is not null).ToList();
        var (snapshot, found) = SnapshotReader.Read(files.Select(f => (f.Name, (ReadOnlyMemory<byte>)f.Content)));
        problems.AddRange(found);
        return snapshot;
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
    private static PlanInput Assume(PlanInput input)
        => input.Snapshot.Nodes.Any(n => !string.IsNullOrEmpty(n.AgentEndpoint)) ? input : input with
        {
            Snapshot = input.Snapshot with { Nodes = [.. input.Snapshot.Nodes.Select(n => n with { AgentEndpoint = AssumedAgent })] },
            Notes = [.. input.Notes, "No node has an agent: the plan shows what would be done if each had one."],
        };
}
