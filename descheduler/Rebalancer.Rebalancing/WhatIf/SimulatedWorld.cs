using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.WhatIf.Accounts;
using Rebalancer.Rebalancing.WhatIf.Carrying;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>One course of events, with plans that move pods live or without any.</summary>
internal sealed class SimulatedWorld
{
    private readonly SimulationOptions options;
    private readonly RebalanceRules rules;
    private readonly Agenda agenda;
    private readonly SimulatedCluster cluster;
    private readonly ArmAccounts accounts;
    private readonly Scheduling scheduling;
    private readonly PlanMoves? moves;
    private readonly IPlanDriver? driver;
    private readonly Evacuation evacuation;
    private readonly Fates fates;
    private readonly Invariants invariants;
    private readonly SimulatedPod?[] pods;
    private TimeSpan closed;

    public SimulatedWorld(ClusterSnapshot start, RebalanceRules rules, SimulationOptions options, ImmutableArray<ChurnEvent> churn, bool isLive, Func<DrivenWorld, IPlanDriver>? newDriver = null)
    {
        (this.rules, this.options) = (rules, options);
        var (draws, estimates) = (new Draws(options.Seed), new SizeEstimates());
        agenda = new Agenda(options.Start);
        cluster = new SimulatedCluster(start, rules.Plan, agenda, draws);
        accounts = new ArmAccounts(rules.Plan, estimates, options.Restart);
        scheduling = new Scheduling(cluster, agenda, accounts, options);
        invariants = new Invariants(rules, agenda);
        if (isLive)
        {
            moves = new PlanMoves(cluster, scheduling, agenda, accounts, rules, options, draws, estimates) { Committed = p => invariants.AfterCommit(p, cluster) };
            var driven = new DrivenWorld(cluster, moves, scheduling, agenda, rules, invariants);
            driver = newDriver?.Invoke(driven) ?? new PlanDriver(driven, options, estimates);
        }

        evacuation = new Evacuation(cluster, scheduling, moves, agenda, accounts, rules.Plan, draws, estimates);
        fates = new Fates(cluster, evacuation, agenda, options, draws, isLive);
        pods = new SimulatedPod?[cluster.Templates.Length + churn.Length];
        Settle(start);
        foreach (var change in churn) { agenda.At(change.At, () => Change(change)); }
        fates.Begin();
    }

    /// <summary>Told after each step, of worlds that make plans.</summary>
    public Action<SimulatedMoment>? Seen { get; init; }

    public void Run(Action<double> progress, CancellationToken cancellation)
    {
        var end = options.Start.AddDays(options.Days);
        for (var at = options.Start; at < end; at += options.Step)
        {
            agenda.RunUntil(at, cancellation);
            Step();
            progress((at - options.Start) / (end - options.Start));
        }

        agenda.RunUntil(end, cancellation);
        invariants.Whole(cluster);
        foreach (var pod in cluster.Pods.Values) { accounts.Back(pod, end); }
        progress(1);
    }

    public IEnumerable<ArmReport> Reports()
    {
        var (usd, nodes) = (cluster.Bill.Usd(agenda.Now, cluster.Nodes.Values), cluster.Nodes.Count);
        if (driver is null)
        {
            return [accounts.Own.ToReport(ArmReport.Nothing, cluster.Bill, usd, nodes, evacuation.Interruptions)];
        }

        return
        [
            accounts.AsEvictions.ToReport(ArmReport.Evict, cluster.Bill, usd, nodes, evacuation.Interruptions),
            accounts.Own.ToReport(ArmReport.Live, cluster.Bill, usd, nodes, evacuation.Interruptions),
        ];
    }

    public PlanCounts Plans() => new(
        driver?.Made ?? 0, driver?.Proposed ?? 0, driver?.Begun ?? 0, driver?.Completed ?? 0, moves?.Removes ?? 0,
        moves is { Begun: > 0 } ? Math.Round((double)moves.Removes / moves.Begun, 6) : 0, Math.Round(closed.TotalHours, 3), driver?.NodesAdded ?? 0);

    private void Step()
    {
        fates.Step();
        scheduling.TryWaiting();
        var isClosed = BudgetCalendar.At(rules.Budgets, MoveReasons.Consolidation, agenda.Now, cluster.Nodes.Count, cluster.Pods.Count).IsClosed;
        closed += isClosed ? options.Step : TimeSpan.Zero;
        if (driver is not null)
        {
            moves!.Forget();
            driver.Step();
            Seen?.Invoke(new SimulatedMoment(agenda.Now, cluster.Bill.UsdPerHour, Leaving(), isClosed, moves.Read));
        }

        invariants.Whole(cluster);
    }

    /// <summary>Price of nodes that are on their way out, or not there yet.</summary>
    private decimal Leaving() => cluster.Nodes.Values.Where(n => n.EmptySince is not null || n.Info.Doomed || !n.IsReady).Sum(n => n.UsdPerHour);

    private void Settle(ClusterSnapshot start)
    {
        var unplaced = new List<SimulatedPod>();
        foreach (var (info, i) in start.Pods.Where(p => !p.Finished).Select((p, i) => (p, i)))
        {
            var pod = new SimulatedPod(info with { Uid = info.Uid.Length > 0 ? info.Uid : info.FullName, NodeName = "" }, cluster.Templates[i]);
            pods[i] = pod;
            cluster.Add(pod);
            if (cluster.Nodes.TryGetValue(info.NodeName, out var node)) { cluster.Settle(pod, node, info is { Phase: "Running", Terminating: false }, isSame: true); }
            else { unplaced.Add(pod); }
        }

        unplaced.ForEach(scheduling.Place);
        foreach (var node in cluster.Nodes.Values.Where(n => n.Pods.TrueForAll(p => p.GoesWithNode)).ToList())
        {
            node.EmptySince = agenda.Now;
            scheduling.RemoveLater(node);
        }
    }

    private void Change(ChurnEvent change)
    {
        if (change.Template is { } template)
        {
            var model = cluster.Templates[template];
            var pod = new SimulatedPod(model with { Name = $"{model.Name}-{change.Number}", Uid = "" }, model);
            pods[change.Number] = pod;
            cluster.Add(pod);
            scheduling.Place(pod);
        }
        else if (pods[change.Number] is { } pod)
        {
            moves?.PodGoes(pod);
            accounts.Back(pod, agenda.Now);
            cluster.Forget(pod);
            pods[change.Number] = null;
        }
    }
}
