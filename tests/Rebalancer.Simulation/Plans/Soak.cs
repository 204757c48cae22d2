using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Carrying;
using Rebalancer.Rebalancing.WhatIf.Events;
using WhatIfSimulation = Rebalancer.Rebalancing.WhatIf.Simulation;

namespace Rebalancer.Simulation.Plans;

/// <summary>A day of 200 nodes with everything that goes wrong: churn, interruptions, windows, moves that fail, leaders that die.</summary>
internal sealed class Soak(int seed, RebalanceRules rules)
{
    public static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-30T00:00:00Z", CultureInfo.InvariantCulture);

    /// <summary>More than the plans of the simulation have, so that they are measured by something better.</summary>
    private static readonly PlanBudget LongSearch = int.TryParse(Environment.GetEnvironmentVariable("REBALANCER_SOAK_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        ? new PlanBudget(int.MaxValue, TimeSpan.FromSeconds(seconds)) : new PlanBudget(3000);

    /// <summary>Six hours: as long as the budgets let a half-empty cluster take to become a full one, and as long as it takes after a closed window to make up for it.</summary>
    private const int OpenStepsToSettle = 36;

    private const int Iterations = 300;
    private const double LeaderDeathShare = 0.01;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(10);

    private readonly List<(DateTimeOffset At, double Above)> costs = [];
    private int openSteps;
    private ServiceDriver? service;

    /// <summary>Something may move for 16 hours of the day, from 16:00 on, for a few nodes at a time.</summary>
    public static RebalancePolicySpec Policy(string mode) => new()
    {
        Mode = mode,
        Budgets = [new BudgetSpec { Nodes = 20 }, new BudgetSpec { Pods = 30 }, new BudgetSpec { Nodes = "10%", Schedule = "0 16 * * *", Duration = "16h" }],
    };

    public static RebalanceRules Rules { get; } = PolicyRules.Of(new RebalancePolicy { Spec = Policy(PolicyModes.Auto) }) ?? throw new InvalidOperationException("the policy makes no sense");

    public static RebalanceRules Hasty(CoolDowns coolDowns) => new()
    {
        Plan = Rules.Plan with { LeastSavingShare = 0, DisruptionTolerance = 1000 },
        CoolDowns = coolDowns,
    };

    public static CronSchedule Cron(string text) => CronSchedule.TryParse(text, out var schedule, out var problem) ? schedule! : throw new FormatException(problem);

    /// <summary>At each hour in which something could move for long enough: what the cluster costs above what a long search would make of it, as a share.</summary>
    public IReadOnlyList<(DateTimeOffset At, double Above)> Costs => costs;

    /// <summary>What has become of each of the service's plans.</summary>
    public IEnumerable<string> Story => service?.Story ?? [];

    /// <summary>What has gone wrong between the service and the API server, and how often.</summary>
    public IReadOnlyDictionary<string, int> ApiFaults => service?.Faults ?? ImmutableDictionary<string, int>.Empty;

    /// <summary>With the decisions alone, in memory.</summary>
    public Task<SimulationReport> RunAsync(double days = 1, int nodes = 200, bool withCosts = true) => Simulation(days, nodes, withCosts, null).RunAsync();

    /// <summary>With the service itself, which half of the seeds have to ask before it moves anything.</summary>
    public Task<SimulationReport> RunServiceAsync()
        => Simulation(days: 1, nodes: 200, withCosts: true, world => service = new ServiceDriver(
            world, seed, Policy(seed % 2 == 0 ? PolicyModes.Recommend : PolicyModes.Auto), new PlanOptions(Step, Step, PlanOptions.Default.Settle) { Iterations = Iterations }, LeaderDeathShare)).RunAsync();

    private WhatIfSimulation Simulation(double days, int nodes, bool withCosts, Func<DrivenWorld, IPlanDriver>? newDriver)
        => new(SoakCluster.Of(nodes, seed), rules, new SimulationOptions
        {
            Start = Start,
            Days = days,
            Seed = seed,
            ChurnPerDay = 0.5,
            Step = Step,
            Iterations = Iterations,
            Interruptions = Interruptions(days),
            Faults = new SimulationFaults(RolledBackShare: 0.05, LeaderChangeShare: 0.05),
        }) { Seen = withCosts ? Look : null, NewDriver = newDriver };

    /// <summary>Some single machines, and half a pool at once.</summary>
    private ImmutableArray<RecordedInterruption> Interruptions(double days)
    {
        var random = new Random(seed);
        var single = Enumerable.Range(0, 12).Select(_ => new RecordedInterruption(Start.AddDays(random.NextDouble() * days), null, random.Next(2) == 0 ? "m5.2xlarge" : "m5.xlarge"));
        return [.. single, new RecordedInterruption(Start.AddDays(0.8 * days), null, "m5.2xlarge", "us-east-1a", 6)];
    }

    private void Look(SimulatedMoment moment)
    {
        openSteps = moment.IsClosed ? 0 : openSteps + 1;
        if (moment.At.Minute != 0 || openSteps < OpenStepsToSettle)
        {
            return;
        }

        var snapshot = moment.Read();
        snapshot = snapshot with { Pods = [.. snapshot.Pods.Select(p => p with { Rests = null, LastSource = null })] };
        var plan = new Planner(rules.Plan, NodeHazard.Of(snapshot, new Clock(moment.At)), new SizeEstimates(), TimeProvider.System).Plan(snapshot, LongSearch with { Seed = seed });
        var best = (plan.Verdict == PlanVerdict.Act ? plan.Balance.After.Usd : plan.Balance.Before.Usd) - moment.UsdPerHourPassing;
        costs.Add((moment.At, (double)((moment.UsdPerHour - moment.UsdPerHourPassing) / best) - 1));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => now.UtcTicks;
    }
}
