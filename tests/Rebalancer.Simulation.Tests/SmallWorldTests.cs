using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Windows;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Events;
using Rebalancer.Simulation.Plans;
using WhatIfSimulation = Rebalancer.Rebalancing.WhatIf.Simulation;

namespace Rebalancer.Simulation.Tests;

/// <summary>Two or three nodes of which the outcome can be told beforehand.</summary>
public sealed class SmallWorldTests
{
    private const decimal Price = 1m;
    /// <summary>Of m5.large in us-east-1.</summary>
    private const decimal SmallPrice = 0.096m;
    private static readonly RebalanceRules Offering = new() { Plan = new PlanPolicy { OfferedTypes = ["m5.large"], Pricing = new NodePricing { Catalogues = [Ec2Catalogue.Instance] } } };
    private static readonly SimulationOptions Day = new() { Start = Soak.Start, Days = 1, ChurnPerDay = 0, Interruptions = [] };

    [Fact]
    public async Task TwoHalfEmptyNodes_OneDay_OneIsPaidForMinutes()
    {
        var report = await Run(Cluster(1, 1), Day);

        var (nothing, live) = (report.Arms[0], report.Arms[2]);
        Assert.Equal(48 * Price, nothing.NodeUsd);
        Assert.InRange(live.NodeUsd, 24.16m * Price, 24.3m * Price);
        Assert.Equal((1, 1, 0), (live.Moves, live.NodesEnd, live.Restarts));
        Assert.Equal((1, 60.0), (report.Arms[1].Restarts, report.Arms[1].RestartSeconds));
    }

    /// <summary>Neither pod moves live. Whichever goes is restarted on the other's node once, and is young then.</summary>
    [Fact]
    public async Task PodsCannotMoveLive_OneIsEvictedWhereThePolicySaysSo()
    {
        var pinned = Cluster(1, 1);
        pinned = pinned with { Pods = [.. pinned.Pods.Select(p => p with { Shape = PodShape.Plain with { HostNamespaces = ["network"] } })] };
        var evicting = new RebalanceRules { Plan = new PlanPolicy { EvictedPods = new PodMatch() } };

        var (kept, evicted) = ((await Run(pinned, Day)).Arms[2], (await Run(pinned, Day, evicting)).Arms[2]);

        Assert.Equal((0, 0, 2), (kept.Moves, kept.Restarts, kept.NodesEnd));
        Assert.Equal((1, 1, 1, 60.0, 0.05m), (evicted.Moves, evicted.Restarts, evicted.NodesEnd, evicted.RestartSeconds, evicted.MovingUsd));
        Assert.InRange(evicted.NodeUsd, 24.16m * Price, 24.3m * Price);
    }

    /// <summary>The small node comes two minutes after it is asked for, the pod moves, and the large one goes when it has been empty for ten minutes.</summary>
    [Fact]
    public async Task SmallerNodeIsOnOffer_ThePodMovesThereAndTheLargeOneGoes()
    {
        var cluster = Cluster(1, 1) with { Nodes = [Ec2Node("a")], Pods = [Pod("p", "a", 1)] };

        var report = await Run(cluster, Day, Offering);

        Assert.Equal((1, 1, 1, 1), (report.Plans.NewNodes, report.Plans.Completed, report.Arms[2].Moves, report.Arms[2].NodesEnd));
        Assert.InRange(report.Arms[2].NodeUsd, (24 * SmallPrice) + (0.2m * Price), (24 * SmallPrice) + (0.3m * Price));
    }

    /// <summary>The pod is taken away from the plan while the node is on its way: the node is not needed, and goes as it came.</summary>
    [Fact]
    public async Task NodeComesForAPlanThatHasEnded_ItGoesAgain()
    {
        var cluster = Cluster(1, 1) with { Nodes = [Ec2Node("a")], Pods = [Pod("p", "a", 1)] };
        var options = Day with { Interruptions = [new RecordedInterruption(Soak.Start.AddMinutes(1), "a")], Days = 0.02 };

        var once = Offering with { Budgets = [new MoveBudget { Window = new BudgetWindow(Soak.Cron("0 0 * * *"), TimeSpan.FromMinutes(5), TimeZoneInfo.Utc) }] };

        var report = await Run(cluster, options, once);

        Assert.Equal((1, 0, 0), (report.Plans.NewNodes, report.Plans.Completed, report.Arms[2].Moves));
        Assert.Equal(1, report.Arms[2].NodesEnd);
    }

    [Fact]
    public async Task WindowsNeverOpen_NothingMoves()
    {
        var closed = new RebalanceRules { Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] };

        var report = await Run(Cluster(1, 1), Day, closed);

        Assert.Equal((0, 0, 24.0), (report.Arms[2].Moves, report.Plans.Begun, report.Plans.ClosedHours));
        Assert.Equal(report.Arms[0].TotalUsd, report.Arms[2].TotalUsd);
    }

    [Fact]
    public async Task WindowOpensInTheEvening_ThePlanWaitsForIt()
    {
        var evening = new RebalanceRules { Budgets = [new MoveBudget { Window = new BudgetWindow(Soak.Cron("0 20 * * *"), TimeSpan.FromHours(2), TimeZoneInfo.Utc) }] };

        var report = await Run(Cluster(1, 1), Day, evening);

        Assert.Equal((1, 22.0), (report.Arms[2].Moves, report.Plans.ClosedHours));
        Assert.InRange(report.Arms[2].NodeUsd, 44.16m * Price, 44.6m * Price);
    }

    /// <summary>30 s of notice, less what setup and margin take: 1 GiB gets over the link, 28 GiB do not.</summary>
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(28, 0, 1)]
    public async Task NodeIsTaken_PodLeavesLiveWhereItsMemoryFitsTheNotice(int memoryGib, int saved, int restarted)
    {
        var options = Day with { Interruptions = [new RecordedInterruption(Soak.Start.AddHours(6), "a")] };
        var stay = new RebalanceRules { Budgets = [new MoveBudget { Mode = BudgetMode.Deny }] };

        var report = await Run(Cluster(memoryGib, 1), options, stay);

        var (nothing, live) = (report.Arms[0], report.Arms[2]);
        Assert.Equal((saved, restarted, 1), (live.SavedPods, live.Restarts, live.Interruptions));
        Assert.Equal((0, 1, 0.05m), (nothing.SavedPods, nothing.Restarts, nothing.InterruptionUsd));
        Assert.Equal(1, live.NodesEnd);
    }

    [Fact]
    public async Task NodeIsTakenAndNoRoomIsLeft_AnotherNodeIsStartedAndWaitedFor()
    {
        var options = Day with { Interruptions = [new RecordedInterruption(Soak.Start.AddHours(6), "a")] };

        var report = await Run(Cluster(20, 20), options);

        Assert.All(report.Arms, a => Assert.Equal((1, 180.0, 2), (a.Restarts, a.RestartSeconds, a.NodesEnd)));
    }

    [Fact]
    public void Options_WithoutSense_AllIsSaid()
    {
        var options = Day with { Start = Soak.Start.AddYears(75), Days = double.NaN, Step = TimeSpan.Zero, ChurnPerDay = -1, Iterations = 0, Restart = TimeSpan.FromDays(2), Faults = new SimulationFaults(2, double.NaN) };

        Assert.Equal(["start", "days", "step", "churn", "restart", "iterations", "rolledBackShare", "leaderChangeShare"], options.Problems().Select(p => p.Field));
        Assert.Throws<ArgumentException>(() => new WhatIfSimulation(ClusterSnapshot.Empty, new RebalanceRules(), options));
    }

    private static Task<SimulationReport> Run(ClusterSnapshot cluster, SimulationOptions options, RebalanceRules? rules = null) => new WhatIfSimulation(cluster, rules ?? new RebalanceRules(), options).RunAsync();

    /// <summary>Two nodes of 32 GiB for a dollar an hour, each with a pod that asks for so much.</summary>
    private static ClusterSnapshot Cluster(int gibOnA, int gibOnB) => new([Node("a"), Node("b")], [Pod("p", "a", gibOnA), Pod("q", "b", gibOnB)], []);

    private static NodeInfo Node(string name) => new()
    {
        Name = name, Ready = true, PodLimit = 10, AgentEndpoint = name, CostText = "1", Labels = ImmutableDictionary<string, string>.Empty.Add("kubernetes.io/hostname", name),
        Machine = MachineInfo.Unknown with { InstanceType = "own.large" }, Allocatable = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromUnits(8)), (ResourceSet.Memory, Quantity.FromUnits(32L << 30))),
    };

    private static NodeInfo Ec2Node(string name) => Node(name) with { Machine = MachineInfo.Unknown with { InstanceType = "m5.2xlarge", Arch = "amd64", Region = "us-east-1", Zone = "us-east-1a" } };

    private static PodInfo Pod(string name, string node, int memoryGib) => new()
    {
        Namespace = "shop", Name = name, Uid = "uid-" + name, NodeName = node, Phase = "Running", Ready = true, Owner = new OwnerInfo("ReplicaSet", name, "rs-" + name),
        Requests = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromUnits(1)), (ResourceSet.Memory, Quantity.FromUnits((long)memoryGib << 30))),
    };
}
