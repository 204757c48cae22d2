using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Policies;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Cli.Simulate;

/// <summary>The options that say what is simulated, and reading them: all that is wrong is reported at once.</summary>
internal sealed class SimulateOptions
{
    private const string Model = "model";
    private const string AssumedAgent = "assumed";
    private static readonly SimulationOptions Usual = new() { Start = default };

    private readonly Option<FileInfo[]> snapshots = new("--snapshot")
    {
        Description = "The cluster at the start, as for plan; may be given several times.", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<FileInfo?> policy = new("--policy") { Description = "A RebalancePolicy, YAML or JSON; whatever its mode, plans that pay are carried out." };
    private readonly Option<FileInfo?> prices = new("--prices") { Description = "Prices as CSV: instance_type,region,zone,capacity_type,usd_per_hour." };
    private readonly Option<double> days = new("--days") { Description = "How long.", DefaultValueFactory = _ => Usual.Days };
    private readonly DurationOption step = new("--step", "Between two plans", "10m");
    private readonly Option<string> interruptions = new("--interruptions")
    {
        Description = "Spot nodes that are taken away: model, for each node's own hazard, or a CSV with the header time,node or time,instance_type,zone,count.", DefaultValueFactory = _ => Model,
    };

    private readonly Option<double> churn = new("--churn") { Description = "Share of the pods that go within a day and are followed by others.", DefaultValueFactory = _ => Usual.ChurnPerDay };
    private readonly DurationOption restart = new("--restart", "Until a pod that was not moved live serves again", "1m");
    private readonly Option<string?> start = new("--start") { Description = "The first instant (RFC 3339); otherwise the last Monday, 00:00 UTC." };
    private readonly Option<int> iterations = new("--iterations") { Description = "Tries of the search for each plan.", DefaultValueFactory = _ => Usual.Iterations };
    private readonly Option<int> seed = new("--seed") { Description = "The same seed gives the same report.", DefaultValueFactory = _ => Usual.Seed };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { snapshots, policy, prices, days, interruptions, churn, start, iterations, seed }) { command.Add(option); }
        step.AddTo(command);
        restart.AddTo(command);
    }

    /// <summary>Null where something is wrong, all of which then stands in the errors.</summary>
    public (Simulation Simulation, ImmutableArray<string> Notes)? Read(ParseResult parsed, CliContext cli)
    {
        var problems = new List<InvalidField>();
        var snapshot = Snapshot(parsed, problems);
        var rules = Rules(parsed, problems);
        var options = Options(parsed, cli.Clock, problems);
        problems.AddRange(options.Problems().Select(p => p with { Item = "--" + p.Field, Field = "value" }));
        if (problems.Count > 0)
        {
            problems.ForEach(p => cli.Errors.WriteLine(p));
            cli.Errors.WriteLine($"{problems.Count} problems; nothing was simulated");
            return null;
        }

        var isInstalled = snapshot.Nodes.Any(n => !string.IsNullOrEmpty(n.AgentEndpoint));
        var assumed = isInstalled ? snapshot : snapshot with { Nodes = [.. snapshot.Nodes.Select(n => n with { AgentEndpoint = AssumedAgent })] };
        return (new Simulation(assumed, rules, options), isInstalled ? [] : ["No node has an agent: simulated as if each had one."]);
    }

    private ClusterSnapshot Snapshot(ParseResult parsed, List<InvalidField> problems)
    {
        var files = parsed.GetValue(snapshots)!.Select(f => (f.Name, Content: InputFile.Read(f, problems))).Where(f => f.Content is not null).ToList();
        var (snapshot, found) = SnapshotReader.Read(files.Select(f => (f.Name, (ReadOnlyMemory<byte>)f.Content)));
        problems.AddRange(found);
        return snapshot;
    }

    private RebalanceRules Rules(ParseResult parsed, List<InvalidField> problems)
    {
        var rules = parsed.GetValue(policy) is { } file ? (InputFile.ReadText(file, problems) is { } text ? PolicyFile.Read(file.Name, text, problems) : new RebalanceRules()) : new RebalanceRules();
        var listed = parsed.GetValue(prices) is { } own && InputFile.ReadText(own, problems) is { } csv ? PriceFile.Read(own.Name, csv, problems) : null;
        return rules with { Plan = rules.Plan with { Pricing = rules.Plan.Pricing with { Catalogues = [.. listed is null ? Array.Empty<IPriceCatalogue>() : [listed], Ec2Catalogue.Instance] } } };
    }

    private SimulationOptions Options(ParseResult parsed, TimeProvider clock, List<InvalidField> problems)
    {
        var from = Start(parsed.GetValue(start), clock, problems);
        return new SimulationOptions
        {
            Start = from,
            Days = parsed.GetValue(days),
            Step = step.Read(parsed, problems),
            Seed = parsed.GetValue(seed),
            ChurnPerDay = parsed.GetValue(churn),
            Restart = restart.Read(parsed, problems),
            Iterations = parsed.GetValue(iterations),
            Interruptions = Interruptions(parsed.GetValue(interruptions)!, from, problems),
        };
    }

    private static ImmutableArray<RecordedInterruption>? Interruptions(string source, DateTimeOffset from, List<InvalidField> problems)
        => source == Model ? null : InputFile.ReadText(new FileInfo(source), problems) is { } text ? InterruptionFile.Read(Path.GetFileName(source), text, from, problems) : null;

    private static DateTimeOffset Start(string? text, TimeProvider clock, List<InvalidField> problems)
    {
        if (text is null)
        {
            var today = clock.GetUtcNow().UtcDateTime.Date;
            return new DateTimeOffset(today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), TimeSpan.Zero);
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return at.ToUniversalTime();
        }

        problems.Add(new InvalidField("--start", "value", text, "an instant such as 2026-11-30T00:00:00Z"));
        return DateTimeOffset.UnixEpoch;
    }
}
