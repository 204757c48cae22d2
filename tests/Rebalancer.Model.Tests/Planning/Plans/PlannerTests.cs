using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Planning.Plans;

public sealed class PlannerTests
{
    private static readonly PlanPolicy Eager = new() { DisruptionTolerance = 100 };

    [Fact]
    public void Plan_TwoHalfEmptyNodes_OneIsEmptied()
    {
        var plan = Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2")], Movable("p", "a"), Movable("q", "b")));

        var move = Assert.Single(plan.Moves);
        Assert.Equal((PlanVerdict.Act, new Money(0.2m)), (plan.Verdict, plan.Balance.Saved));
        Assert.Equal(move.Source, Assert.Single(plan.FreedNodes).Name);
        Assert.Contains("empties " + move.Source, move.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_DearAndCheapNode_TheDearOneGoes()
        => Assert.Equal("dear", Assert.Single(Plan(Cluster([Priced("cheap", "0.1"), Priced("dear", "0.4")], Movable("p", "cheap"), Movable("q", "dear"))).FreedNodes).Name);

    [Fact]
    public void Plan_SmallNodesCheaperForWhatEachHolds_OneLargeNodeHoldsAllForLess()
    {
        NodeInfo Sold(string name, string usd, int cpus) => Node(name, cpu: $"{cpus}", memory: $"{4 * cpus}Gi", pods: 30) with { CostText = usd };
        PodInfo Asking(string name, string node, string cpu, string memory) => Movable(name, node) with { Requests = Resources(("cpu", cpu), ("memory", memory)) };

        var plan = Plan(Cluster(
            [Sold("large", "0.39", 8), Sold("a", "0.2", 4), Sold("b", "0.2", 4), Sold("c", "0.2", 4)],
            Asking("p", "large", "500m", "7Gi"), Asking("q", "a", "1500m", "1Gi"), Asking("r", "b", "1500m", "8Gi"), Asking("s", "b", "2", "5Gi"), Asking("t", "c", "3500m", "13Gi")));

        Assert.Equal((new Money(0.4m), 2), (plan.Balance.Saved, plan.FreedNodes.Length));
        Assert.DoesNotContain("large", plan.FreedNodes.Select(n => n.Name));
    }

    [Fact]
    public void Plan_PodsThatCannotMove_NothingAndTheReasonPerNode()
    {
        var pinned = Movable("p", "a") with { Shape = PodShape.Plain with { DoNotDisrupt = "karpenter.sh/do-not-disrupt=true" } };
        var plan = Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2") with { KeepMark = "node-role.kubernetes.io/control-plane" }], pinned, Movable("q", "b")));

        Assert.Equal(PlanVerdict.NothingToDo, plan.Verdict);
        Assert.Contains("do-not-disrupt", plan.KeptNodes.Single(n => n.Name == "a").Reason, StringComparison.Ordinal);
        Assert.Contains("control-plane", plan.KeptNodes.Single(n => n.Name == "b").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_PodThatCannotMoveLive_IsEvictedWhereThePolicySaysSo()
    {
        var pinned = Movable("p", "a") with { Owner = new OwnerInfo("ReplicaSet", "web", "u"), Shape = PodShape.Plain with { HostNamespaces = ["network"] } };
        var cluster = Cluster([Priced("a", "0.4"), Priced("b", "0.2") with { KeepMark = "node-role.kubernetes.io/control-plane" }], pinned, Movable("q", "b"));

        var live = Plan(cluster);
        var evicting = Plan(cluster, Eager with { EvictedPods = new PodMatch() });
        var elsewhere = Plan(cluster, Eager with { EvictedPods = new PodMatch { Namespaces = ["other"] } });

        Assert.All([live, elsewhere], plan => Assert.Equal(PlanVerdict.NothingToDo, plan.Verdict));
        var move = Assert.Single(evicting.Moves);
        Assert.Equal((true, "b", Eager.ValueOf(pinned).UsdPerRestart), (move.IsEviction, move.Target, move.Cost.Usd));
        Assert.Equal("a", Assert.Single(evicting.FreedNodes).Name);
    }

    /// <summary>It costs more than the node that would go.</summary>
    [Fact]
    public void Plan_RestartIsDear_NobodyIsEvicted()
    {
        var pinned = Movable("p", "a") with { Owner = new OwnerInfo("ReplicaSet", "web", "u"), Shape = PodShape.Plain with { HostNamespaces = ["network"] } };
        var policy = Eager with { EvictedPods = new PodMatch(), PodValues = Eager.PodValues.SetItem(int.MinValue, new PodValue(0, 20)) };

        Assert.Empty(Plan(Cluster([Priced("a", "0.4"), Priced("b", "0.2") with { KeepMark = "node-role.kubernetes.io/control-plane" }], pinned, Movable("q", "b")), policy).Moves);
    }

    [Theory]
    [InlineData("", null, "no controller owns it")]
    [InlineData("DaemonSet", null, "belongs to its node")]
    [InlineData("Job", null, "would lose its work")]
    [InlineData("ReplicaSet", "karpenter.sh/do-not-disrupt=true", "do-not-disrupt")]
    [InlineData("ReplicaSet", null, null)]
    [InlineData("StatefulSet", null, null)]
    public void Evictability_ByOwnerAndMark(string owner, string? mark, string? refusal)
    {
        var pod = Movable("p", "a") with { Owner = owner.Length == 0 ? null : new OwnerInfo(owner, "web", "u"), Shape = PodShape.Plain with { DoNotDisrupt = mark } };

        Assert.Equal(refusal is null, Evictability.Refusal(pod) is null);
        Assert.Contains(refusal ?? "", Evictability.Refusal(pod) ?? "", StringComparison.Ordinal);
    }

    /// <summary>What tolerates everything may be started anew on the very node that it was to leave.</summary>
    [Theory]
    [InlineData("", "", false)]
    [InlineData("rebalancer.dev/emptying", "NoSchedule", false)]
    [InlineData("", "NoExecute", true)]
    [InlineData("node.kubernetes.io/not-ready", "", true)]
    public void Evictability_PodThatTolerates_MayNot(string key, string effect, bool may)
        => Assert.Equal(may, Evictability.Refusal(Movable("p", "a") with { Owner = new OwnerInfo("ReplicaSet", "web", "u"), Placement = Placement.Anywhere with { Tolerations = [new Toleration(key, "Exists", "", effect)] } }) is null);

    [Fact]
    public void Plan_NoRoom_SaysWhichPodFitsNowhere()
    {
        var plan = Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2")], Movable("p", "a") with { Requests = Resources(("cpu", "3")) }, Movable("q", "b") with { Requests = Resources(("cpu", "3")) }));

        Assert.Contains("ns/p fits on no other node in use: 1 x Resources", plan.KeptNodes.Single(n => n.Name == "a").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_CommittedNode_ItsGoingSavesNothing()
    {
        var policy = Eager with { Commitments = [new Commitment(new NodeMatch { Labels = Labels(("kubernetes.io/hostname", "a")) }, 1)] };
        var plan = Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.1")], Movable("p", "a"), Movable("q", "b")), policy);

        Assert.Equal("b", Assert.Single(plan.FreedNodes).Name);
        Assert.Contains("commitment", plan.KeptNodes.Single(n => n.Name == "a").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_MovesDearerThanTheSaving_IsNotActedOn()
    {
        var policy = Eager with { PodValues = Eager.PodValues.SetItem(int.MinValue, new PodValue(UsdPerFrozenSecond: 100)) };

        Assert.Empty(Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2")], Movable("p", "a"), Movable("q", "b")), policy).Waves);
    }

    [Fact]
    public void Plan_SavesPenniesForManyMoves_TooDisruptive()
    {
        PodInfo[] pods = [.. Enumerable.Range(0, 9).Select(i => Movable("p" + i, "cheap"))];
        var big = Priced("dear", "2") with { PodLimit = 50 };
        var full = Movable("stays", "dear") with { Owner = new OwnerInfo("CloneSet", "s", "s") };

        var plan = Plan(Cluster([Priced("cheap", "0.05"), big], [.. pods, full]), new PlanPolicy { DisruptionTolerance = 2 });

        Assert.Equal(PlanVerdict.TooDisruptive, plan.Verdict);
        Assert.Empty(plan.Waves);
    }

    [Fact]
    public void Plan_CheaperTypeOnOffer_NodeIsReplaced()
    {
        var node = Priced("a", "0.384") with
        {
            CostText = null,
            Machine = MachineInfo.Unknown with { InstanceType = "m5.2xlarge", Arch = "amd64", Region = "us-east-1", Zone = "z1" },
            Allocatable = Resources(("cpu", "7900m"), ("memory", "28Gi"), ("pods", "58")),
        };
        var policy = Eager with
        {
            OfferedTypes = ["m5.large"],
            Pricing = new NodePricing { Catalogues = [Ec2Catalogue.Instance] },
        };

        var plan = Plan(Cluster([node], Movable("p", "a")), policy);

        var added = Assert.Single(plan.NewNodes);
        Assert.Equal(("m5.large", "a", new Money(0.096m)), (added.InstanceType, added.Like, added.Price.PerHour));
        Assert.Equal("a", Assert.Single(plan.FreedNodes).Name);
        Assert.Equal(new Money(0.384m - 0.096m), plan.Balance.Saved);
        Assert.NotEqual(PlanVerdict.Act, Plan(PlanOutcome.Apply(Cluster([node], Movable("p", "a")), plan, policy), policy).Verdict);
    }

    [Fact]
    public void Plan_DaemonsOnly_NodeIsEmptyAlready()
    {
        var daemon = Movable("d", "a") with { Owner = new OwnerInfo("DaemonSet", "d", "d") };
        var plan = Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2")], daemon, Movable("q", "b")));

        Assert.True(Assert.Single(plan.FreedNodes).WasEmpty);
        Assert.Empty(plan.Waves);
    }

    [Fact]
    public void Plan_FullNodesThatSwapThroughOneHole_WavesFollowEachOther()
    {
        // b takes p only after q has left for c: two waves, or p goes elsewhere. Room is counted on both ends.
        ImmutableArray<NodeInfo> nodes = [Priced("a", "1", "2"), Priced("b", "0.1", "2"), Priced("c", "0.1", "1")];
        var plan = Plan(Cluster(nodes, Sized("p", "a", "2"), Sized("q", "b", "1")));

        Assert.Equal(["q", "p"], plan.Waves.Select(w => Assert.Single(w.Moves).Pod));
        Assert.Equal("a", Assert.Single(plan.FreedNodes, n => !n.WasEmpty).Name);
    }

    [Fact]
    public void Plan_CheapNodeAboveTheRiskCeiling_NothingMovesThere()
    {
        var risky = Priced("risky", "0.1") with { HazardText = "0.5" };
        var cluster = Cluster([risky, Priced("dear", "0.4")], Movable("p", "risky"), Movable("q", "dear"));

        Assert.Equal("risky", Assert.Single(Plan(cluster).Moves).Target);
        Assert.DoesNotContain(Plan(cluster, Eager with { SpotRiskCeilingPerHour = 0.4 }).Moves, m => m.Target == "risky");
        Assert.Equal("risky", Assert.Single(Plan(cluster, Eager with { SpotRiskCeilingPerHour = 0.5 }).Moves).Target);
    }

    [Fact]
    public void Plan_PodsThatThePolicyLeavesAlone_Stay()
    {
        var cluster = Cluster([Priced("a", "0.2"), Priced("b", "0.2")], Movable("p", "a"), Movable("q", "b"));

        var plan = Plan(cluster, Eager with { Pods = new PodMatch { Selector = new LabelSelector([new Requirement("moved", "Exists", [])]) } });

        Assert.Empty(plan.Moves);
        Assert.Contains("selector", plan.KeptNodes[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_NoTimeAtAll_IsTheFirstPlan()
    {
        var plan = new Planner(Eager, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), new FakeTimeProvider())
            .Plan(Cluster([Priced("a", "0.2"), Priced("b", "0.2")], Movable("p", "a"), Movable("q", "b")), new PlanBudget(200, TimeSpan.Zero));

        Assert.Equal((PlanVerdict.Act, new Money(0.2m)), (plan.Verdict, plan.Balance.Saved));
        Assert.Single(plan.KeptNodes);
    }

    [Fact]
    public void Plan_LargeClusterWithoutRoom_CountsTheNodesThatLackIt()
    {
        var nodes = Enumerable.Range(0, 210).Select(i => Priced($"n{i:000}", "0.2")).ToImmutableArray();

        var plan = Plan(Cluster(nodes, [.. nodes.Select(n => Movable("on-" + n.Name, n.Name) with { Requests = Resources(("cpu", "3")) })]));

        Assert.All(plan.KeptNodes, n => Assert.EndsWith("fits on no other node in use: 209 x Resources", n.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_TwoPoolsThatDoNotMix_EachIsPackedWithinItself()
    {
        NodeInfo In(string name, string pool) => Priced(name, "0.2").Labelled("pool", pool);
        PodInfo For(string name, string node, string pool) => Movable(name, node).With(p => p with { NodeSelector = Labels(("pool", pool)) });

        var plan = Plan(Cluster([In("a1", "a"), In("a2", "a"), In("b1", "b"), In("b2", "b")], For("p", "a1", "a"), For("q", "a2", "a"), For("r", "b1", "b"), For("s", "b2", "b")));

        Assert.Equal(new Money(0.4m), plan.Balance.Saved);
        Assert.All(plan.Moves, m => Assert.Equal(m.Source[0], m.Target[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    public void Plan_FewMovesAllowed_NoMoreAreMade(int moves)
    {
        var nodes = Enumerable.Range(0, 20).Select(i => Priced($"n{i:00}", "0.2")).ToImmutableArray();
        PodInfo[] pods = [.. nodes.SelectMany(n => Enumerable.Range(0, 3).Select(i => Movable($"{n.Name}-{i}", n.Name)))];

        var plan = Plan(Cluster(nodes, pods), Eager with { Limits = new MoveLimits(Moves: moves) });

        Assert.InRange(plan.Balance.Moves, moves / 3 * 3, moves);
        Assert.Equal(moves / 3, plan.FreedNodes.Length);
    }

    [Fact]
    public void Plan_SameSeed_SamePlan()
    {
        var cluster = RandomCluster.Make(4711);

        Assert.Equal(Plan(cluster).Moves, Plan(cluster).Moves);
    }

    private static MovePlan Plan(ClusterSnapshot snapshot, PlanPolicy? policy = null)
        => new Planner(policy ?? Eager, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), new FakeTimeProvider()).Plan(snapshot, new PlanBudget(200));

    private static NodeInfo Priced(string name, string usd, string cpu = "4") => Node(name, cpu: cpu, pods: 30) with { CostText = usd };

    private static PodInfo Movable(string name, string node) => Pod(name, node) with { Ready = true };

    private static PodInfo Sized(string name, string node, string cpu) => Movable(name, node) with { Requests = Resources(("cpu", cpu)) };
}
