using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

/// <summary>Cases from "Pod Topology Spread Constraints": two zones of two nodes, three pods foo=bar in a first figure.</summary>
public sealed class SpreadRulesTests
{
    private static readonly ImmutableArray<NodeInfo> Nodes = [Node("n1", "A"), Node("n2", "A"), Node("n3", "B"), Node("n4", "B")];
    private static readonly PodInfo[] Running = [Pod("p1", "n1", "bar"), Pod("p2", "n2", "bar"), Pod("p3", "n3", "bar")];

    [Fact]
    public void OneConstraint_MaxSkew1_OnlyTheEmptierZone()
    {
        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(Nodes, Running), Spread(), "n1"));
        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), Spread(), "n3"));
        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), Spread(), "n4"));
    }

    [Fact]
    public void OneConstraint_MaxSkew2_BothZones() => Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), Spread(c => c with { MaxSkew = 2 }), "n1"));

    [Fact]
    public void TwoConstraints_ZoneAndHost_OnlyTheNodeThatSuitsBoth()
    {
        var pod = Spread().With(p => p with { Spread = [.. p.Spread, p.Spread[0] with { TopologyKey = Hostname }] });

        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), pod, "n4"));
        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(Nodes, Running), pod, "n3"));
    }

    [Fact]
    public void ThirdZoneExcludedByNodeAffinity_Honored_IsNoDomain()
    {
        var withC = Nodes.Add(Node("n5", "C"));
        NodeTerm notC = new([new Requirement(Zone, "NotIn", ["C"])], []);
        var honors = Spread().With(p => p with { NodeTerms = [notC] });
        var ignores = Spread(c => c with { HonorAffinity = false }).With(p => p with { NodeTerms = [notC] });

        // With zone C counted as an empty domain, B would already be one ahead of it.
        Assert.Equal(RejectionKind.None, Verdict(Cluster(withC, Running), honors, "n4"));
        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(withC, Running), ignores, "n4"));
    }

    [Fact]
    public void TaintedZone_CountsUnlessTaintsAreHonored()
    {
        var withC = Nodes.Add(Node("n5", "C") with { Taints = [new Taint("gone", "", "NoSchedule")] });

        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(withC, Running), Spread(), "n4"));
        Assert.Equal(RejectionKind.None, Verdict(Cluster(withC, Running), Spread(c => c with { HonorTaints = true }), "n4"));
    }

    [Fact]
    public void MinDomains_FewerThanAsked_LeastIsTakenAsZero()
    {
        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(Nodes, Running), Spread(c => c with { MinDomains = 3 }), "n4"));
        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), Spread(c => c with { MinDomains = 2 }), "n4"));
    }

    [Fact]
    public void NodeWithoutTheLabel_IsRefused()
    {
        var bare = Node("n5") with { Labels = Labels((Hostname, "n5")) };

        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(Nodes.Add(bare), Running), Spread(), "n5"));
    }

    [Fact]
    public void PodsBeingDeleted_AndOfOtherNamespaces_DoNotCount()
    {
        PodInfo[] notCounted = [Running[0] with { Terminating = true }, Running[1] with { Namespace = "other" }, Running[2]];

        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, notCounted), Spread(), "n1"));
        Assert.Equal(RejectionKind.TopologySpread, Verdict(Cluster(Nodes, notCounted), Spread(), "n3"));
    }

    [Fact]
    public void PodThatItsOwnSelectorDoesNotMatch_AddsNothing()
    {
        var stranger = Spread() with { Labels = Labels(("app", "stranger")) };

        Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), stranger, "n1"));
    }

    [Fact]
    public void ScheduleAnyway_IsNoLaw() => Assert.Equal(RejectionKind.None, Verdict(Cluster(Nodes, Running), Spread(c => c with { Required = false }), "n1"));

    [Fact]
    public void Move_LeavesTheEmptierZone_RefusedForWhatWouldBeAfterwards()
    {
        PodInfo[] pods = [.. new[] { ("p1", "n1"), ("p2", "n3") }.Select(p => Spread() with { Name = p.Item1, Uid = p.Item1, NodeName = p.Item2, Phase = "Running" })];
        var index = new ClusterIndex(Cluster(Nodes, pods));

        // Two against one while it moves, two against none when it has.
        Assert.Equal(RejectionKind.TopologySpread, MoveRules.Check(index, new Occupancy(index), 0, 0, 3));
        Assert.Equal(RejectionKind.TopologySpread, MoveRules.Check(index, new Occupancy(index), 0, 0, 2));
    }

    [Fact]
    public void Inactive_NodeThatIsNotThereYet_IsNoDomainUntilItIs()
    {
        var pod = Spread(c => c with { TopologyKey = Hostname });
        var index = new ClusterIndex(Cluster([Node("a"), Node("b"), Node("new")], Pod("p1", "a", "bar"), Pod("p2", "b", "bar")), [pod]);
        var state = new Occupancy(index, exists: n => n != 2);

        Assert.Equal(RejectionKind.None, state.Check(index.PodNumber(pod), 0));
        state.SetActive(2, active: true);
        Assert.Equal(RejectionKind.TopologySpread, state.Check(index.PodNumber(pod), 0));
        Assert.Equal(RejectionKind.None, state.Check(index.PodNumber(pod), 2));
    }

    private static PodInfo Spread(Func<SpreadConstraint, SpreadConstraint>? change = null)
    {
        var rule = new SpreadConstraint(Zone, App("bar"), MaxSkew: 1, MinDomains: 1, Required: true, HonorAffinity: true, HonorTaints: false);
        return Pod("mypod", app: "bar").With(p => p with { Spread = [change is null ? rule : change(rule)] });
    }
}
