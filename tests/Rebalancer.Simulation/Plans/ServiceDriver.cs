using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Release;
using Rebalancer.Rebalancing.Running;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Carrying;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Plans;

/// <summary>
/// The service itself in a simulated world: it sees the cluster and acts on it through an API server to which things go wrong. Each second what it has written is done in the world, and what has
/// changed there is written to the server.
/// </summary>
internal sealed class ServiceDriver : IPlanDriver
{
    /// <summary>Until Kubernetes has started a program again that has ended.</summary>
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly DrivenWorld world;
    private readonly RebalancePolicySpec policy;
    private readonly PlanOptions plans;
    private readonly double deathShare;
    private readonly DateTimeOffset start;
    private readonly Simulator simulator;
    private readonly SimulatedProcess server;
    private readonly SimulatedApi api;
    private readonly ApiNetwork network;
    private readonly ClusterMirror mirror;
    private readonly ResourceDescriptor planResource;
    private readonly ResourceDescriptor leaseResource;
    private readonly Subscription changes;
    private readonly Dictionary<string, string?> open = new(StringComparer.Ordinal);
    private long happened;
    private int replicas;

    /// <param name="policy">The policy object under which it plans; <see cref="DrivenWorld.Rules"/> say the same.</param>
    /// <param name="deathShare">Of the leader's writes, 0 to 1.</param>
    public ServiceDriver(DrivenWorld world, int seed, RebalancePolicySpec policy, PlanOptions plans, double deathShare)
    {
        (this.world, this.policy, this.plans, this.deathShare, start) = (world, policy, plans, deathShare, world.Agenda.Now);
        simulator = new Simulator(seed, start);
        server = NewProcess("api");
        api = new SimulatedApi(simulator, seed);
        network = new ApiNetwork(simulator, api, server, FaultRates.OfDays)
        {
            // A leader that does not get through to its Lease is one that dies, and its Lease is asked for more often than all the rest.
            IsSpared = call => call.Path.Contains("/leases", StringComparison.Ordinal),
        };
        mirror = new ClusterMirror(api, world.Cluster);
        planResource = api.Registry.Find(Names.Group, Names.Version, RebalancePlan.RebalancePlanPlural)!;
        leaseResource = api.Registry.Find("coordination.k8s.io", "v1", "leases")!;
        changes = api.Store.WatchAll();
        world.Agenda.At(start, Begin);
    }

    /// <summary>Of a search that comes to nothing it tells nobody but the policy.</summary>
    public int Made => Proposed;

    public int Proposed { get; private set; }

    public int Begun { get; private set; }

    public int Completed { get; private set; }

    /// <summary>The soak's policy offers no types.</summary>
    public int NodesAdded => 0;

    /// <summary>What has become of each plan.</summary>
    public IEnumerable<string> Story => api.Store.List(planResource).Objects.Values.Select(o => o.As<RebalancePlan>()).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Select(p => string.Create(
        CultureInfo.InvariantCulture, $"{p.Metadata.Name} {p.Status.Phase} {p.Status.StartedAt:HH:mm:ss} to {p.Status.CompletedAt:HH:mm:ss}: {p.Status.Reason}, {p.Status.Message}"));

    /// <summary>How often what has gone wrong.</summary>
    public IReadOnlyDictionary<string, int> Faults => network.Faults;

    /// <summary>It sees for itself when something is due.</summary>
    public void Step()
    {
    }

    private void Begin()
    {
        mirror.Write();
        var o = JsonNode.Parse(KubernetesJson.Serialize(new RebalancePolicy { Metadata = new V1ObjectMeta { Name = "simulated" }, Spec = policy }))!.AsObject();
        server.Start(() => api.CreateAsync(Names.Group, Names.Version, RebalancePolicy.RebalancePolicyPlural, "", o));
        server.Start(() => api.CreateAsync("", "v1", "namespaces", "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = SoakCluster.Namespace } }));
        StartReplica();
        Tick();
    }

    private void Tick()
    {
        world.Agenda.After(Pace, Tick);
        var isQuiet = world.Agenda.Happened == happened + 1;
        happened = world.Agenda.Happened;
        if (isQuiet && !simulator.IsDue(world.Agenda.Now - start)) { return; }
        simulator.RunUntilAsync(world.Agenda.Now - start).GetAwaiter().GetResult();
        while (changes.Reader.TryRead(out var change))
        {
            isQuiet &= change.Resource == leaseResource;
            Do(change);
        }

        if (!isQuiet)
        {
            mirror.Write();
            TellOfMoves();
        }
    }

    private void StartReplica()
        => new RebalancingReplica(network, NewProcess($"descheduler-{replicas++.ToString(CultureInfo.InvariantCulture)}"), plans, deathShare, () => simulator.After(Restart, StartReplica)).Start();

    private SimulatedProcess NewProcess(string name) => new(simulator, name)
    {
        Failed = (process, e) => throw new SimulationBrokenException(process.Name, world.Agenda.Now, $"ended by a fault: {e}"),
    };

    private void Do(WatchEvent change)
    {
        if (change.Resource == Known.Nodes && change.Kind == ChangeKind.Modified) { Mark(change.Object.As<V1Node>()); }
        else if (change.Resource == planResource && change.Kind != ChangeKind.Deleted) { Count(change.Object.As<RebalancePlan>(), change.Previous?.As<RebalancePlan>()); }
        else if (change.Resource == api.Migrations && change.Kind == ChangeKind.Added) { Begin(change.Object.As<Migration>()); }
        else if (change.Resource == api.Migrations && change.Object.As<Migration>().Metadata.Annotations?.ContainsKey(Names.Abort) == true) { world.Moves.Abort(change.Object.Key.Name); }
    }

    private void Mark(V1Node written)
    {
        if (!world.Cluster.Nodes.TryGetValue(written.Metadata.Name, out var node)) { return; }
        if (NodeRelease.PlanOf(written) is var plan && plan != node.EmptiedBy) { node.Mark(plan); }
        node.ReleasedAt = NodeRelease.EmptiedAt(written);
    }

    private void Begin(Migration migration)
    {
        open[migration.Metadata.Name] = null;
        if (world.Moves.Begin(migration)) { world.Invariants.AfterBegin(world.Moves.Running, world.Cluster); }
    }

    private void Count(RebalancePlan plan, RebalancePlan? before)
    {
        var (now, then) = (plan.Status.Phase, before?.Status.Phase);
        Proposed += before is null ? 1 : 0;
        Begun += now == PlanPhases.Running && then != now ? 1 : 0;
        Completed += now == PlanPhases.Completed && then != now ? 1 : 0;
        if (plan is { Spec.Approval: null, Status.Reason: PlanReasons.AwaitsApproval } && before?.Status.Reason != PlanReasons.AwaitsApproval) { Approve(plan.Metadata.Name); }
    }

    /// <summary>By somebody who looks through the plans now and then.</summary>
    private void Approve(string plan) => simulator.After(simulator.Between(1000, 120_000), () => server.Start(() => api.AskAsync(new ApiCall(
        "PATCH", $"/apis/{Names.ApiVersion}/{RebalancePlan.RebalancePlanPlural}/{plan}", """{"spec":{"approval":{"decision":"Approved","by":"somebody"}}}"""u8.ToArray(), "application/merge-patch+json"))));

    /// <summary>As the controller of moves and the agents write it.</summary>
    private void TellOfMoves()
    {
        foreach (var (name, told) in open.ToList())
        {
            var key = new ObjectKey(SoakCluster.Namespace, name);
            if (world.Moves.Find(name) is { } move && move.Status.Phase != told && api.Store.Find(api.Migrations, key) is { } there)
            {
                var o = there.ToNode();
                o["status"] = JsonNode.Parse(KubernetesJson.Serialize(move.Status));
                api.Store.Replace(api.Migrations, there, o);
                open[name] = move.Status.Phase;
                if (Phases.IsFinal(move.Status.Phase)) { open.Remove(name); }
            }
        }
    }
}
