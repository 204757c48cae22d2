using System.Collections.Immutable;
using Rebalancer.Planning;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Model.Tests.Planning;

public sealed class TargetChooserTests
{
    private static readonly TargetChooser Chooser = new(new NodePricing());
    private static readonly PodInfo Moving = Pod("moving", "source");

    [Fact]
    public void Choose_SeveralFit_Cheapest()
    {
        var choice = Chooser.Choose(Cluster([Node("a", "0.3"), Node("b", "0.1"), Node("c", "0.2")]), Moving);

        Assert.Equal("b", choice.Node);
        Assert.Equal(new Money(0.1m), choice.Price!.PerHour);
    }

    [Fact]
    public void Choose_SamePrice_FirstByNameWhateverTheOrder()
    {
        Assert.Equal("a", Chooser.Choose(Cluster([Node("b", "0.1"), Node("a", "0.1")]), Moving).Node);
        Assert.Equal("a", Chooser.Choose(Cluster([Node("a", "0.1"), Node("b", "0.1")]), Moving).Node);
    }

    public static TheoryData<string, RejectionKind> Unfit => new()
    {
        { "source", RejectionKind.IsSource },
        { "terminates", RejectionKind.Doomed },
        { "interrupted", RejectionKind.Doomed },
        { "cordoned", RejectionKind.Doomed },
        { "unready", RejectionKind.Unready },
        { "agentless", RejectionKind.AgentMissing },
        { "tainted", RejectionKind.Taint },
        { "evicting", RejectionKind.Taint },
        { "wrong-zone", RejectionKind.NodeSelector },
        { "arm", RejectionKind.NodeAffinity },
        { "full", RejectionKind.PodLimit },
        { "small", RejectionKind.Resources },
        { "occupied", RejectionKind.PodAntiAffinity },
        { "reserved", RejectionKind.Resources },
        { "missing", RejectionKind.Unknown },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Check_UnfitNode_NamesWhy(string name, RejectionKind expected)
    {
        Assert.Equal(expected, TargetChooser.Check(Awkward(), Picky, name)?.Kind);
    }

    [Fact]
    public void Choose_OnlyUnfitNodes_NoneAndEveryReason()
    {
        var choice = Chooser.Choose(Awkward(), Picky);

        Assert.Null(choice.Node);
        Assert.Equal(Unfit.Count - 1, choice.Rejections.Length);
        Assert.Contains("small: needs memory 1073741824, free 1", choice.Explain() + string.Join(" ", choice.Rejections), StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_TaintTolerated_Fits()
    {
        var node = Node("a", "0.1") with { Taints = [new Taint("spot", "true", "NoSchedule"), new Taint("soft", "", "PreferNoSchedule")] };
        var pod = Moving with { Placement = Placement.Anywhere with { Tolerations = [new Toleration("spot", "Exists", "", "")] } };

        Assert.Equal("a", Chooser.Choose(Cluster([node]), pod).Node);
    }

    [Fact]
    public void Choose_PodsThereHaveAntiAffinityToIt_Rejected()
    {
        var guard = Pod("guard", "a") with { Placement = Placement.Anywhere with { AntiAffinity = [HostTerm("app", "moving")] } };

        Assert.Equal(RejectionKind.PodAntiAffinity, TargetChooser.Check(Cluster([Node("a", "0.1")], guard), Moving, "a")?.Kind);
    }

    [Fact]
    public void Choose_ZonalAntiAffinity_CountsTheOtherNodesOfTheZone()
    {
        var inZone = Node("a", "0.1") with { Labels = Labels(("zone", "z1")) };
        var sameZone = Node("b", "0.1") with { Labels = Labels(("zone", "z1")) };
        var pod = Moving with { Placement = Placement.Anywhere with { AntiAffinity = [HostTerm("app", "other") with { TopologyKey = "zone" }] } };

        Assert.Equal(RejectionKind.PodAntiAffinity, TargetChooser.Check(Cluster([inZone, sameZone], Pod("other", "b")), pod, "a")?.Kind);
    }

    [Fact]
    public void Choose_RequiredAffinity_OnlyBesideThePodAskedFor()
    {
        var pod = Moving with { Placement = Placement.Anywhere with { Affinity = [HostTerm("app", "cache")] } };

        var choice = Chooser.Choose(Cluster([Node("a", "0.1"), Node("b", "0.9")], Pod("cache", "b")), pod);

        Assert.Equal("b", choice.Node);
    }

    [Fact]
    public void ChooseAll_RoomForOne_SecondGoesElsewhere()
    {
        var small = Node("a", "0.1") with { Allocatable = Allocatable("1500Mi", pods: 10) };
        var choices = Chooser.ChooseAll(Cluster([small, Node("b", "0.5")]), [Pod("p1", "source"), Pod("p2", "source")]);

        Assert.Equal(["a", "b"], choices.Select(c => c.Node));
    }

    [Fact]
    public void ChooseAll_HigherPriority_ChoosesFirstAndAnswersStayInOrder()
    {
        var small = Node("a", "0.1") with { Allocatable = Allocatable("1500Mi", pods: 10) };
        var choices = Chooser.ChooseAll(Cluster([small]), [Pod("low", "source"), Pod("high", "source") with { Priority = 10 }]);

        Assert.Equal([null, "a"], choices.Select(c => c.Node));
    }

    [Fact]
    public void Choose_FinishedPods_HoldNoRoom()
    {
        var small = Node("a", "0.1") with { Allocatable = Allocatable("1500Mi", pods: 1) };

        Assert.Equal("a", Chooser.Choose(Cluster([small], Pod("done", "a") with { Phase = "Succeeded" }), Moving).Node);
    }

    private static PodInfo Picky => Moving with
    {
        Placement = Placement.Anywhere with
        {
            NodeSelector = Labels(("zone", "z1")),
            NodeTerms = [new NodeTerm([new Requirement("arch", "In", ["amd64"])], [])],
            AntiAffinity = [HostTerm("app", "moving")],
        },
    };

    private static ClusterSnapshot Awkward()
    {
        NodeInfo Good(string name) => Node(name, "0.1") with { Labels = Labels(("zone", "z1"), ("arch", "amd64"), ("kubernetes.io/hostname", name)) };
        ImmutableArray<NodeInfo> nodes =
        [
            Good("source"),
            Good("terminates") with { TerminatesAt = DateTimeOffset.UnixEpoch },
            Good("interrupted") with { Interrupted = true },
            Good("cordoned") with { Unschedulable = true },
            Good("unready") with { Ready = false },
            Good("agentless") with { AgentEndpoint = null },
            Good("tainted") with { Taints = [new Taint("dedicated", "db", "NoSchedule")] },
            Good("evicting") with { Taints = [new Taint("gone", "", "NoExecute")] },
            Good("wrong-zone") with { Labels = Labels(("zone", "z2"), ("arch", "amd64")) },
            Good("arm") with { Labels = Labels(("zone", "z1"), ("arch", "arm64")) },
            Good("full") with { PodLimit = 0 },
            Good("small") with { Allocatable = Allocatable("1", pods: 10) },
            Good("occupied"),
            Good("reserved"),
        ];
        var other = Pod("replica", "occupied") with { Labels = Labels(("app", "moving")) };
        var reserving = Pod("on-its-way", "elsewhere") with { Requests = ResourceSet.Of((ResourceSet.Memory, Quantity.Parse("8Gi"))) };
        return new ClusterSnapshot(nodes, [Moving, other], [new Reservation("reserved", reserving)]);
    }

    private static ClusterSnapshot Cluster(ImmutableArray<NodeInfo> nodes, params PodInfo[] pods) => new([Node("source", "0.01"), .. nodes], [Moving, .. pods], []);

    private static NodeInfo Node(string name, string cost) => new()
    {
        Name = name, Ready = true, Labels = Labels(("kubernetes.io/hostname", name)), CostText = cost, AgentEndpoint = name + ":1", PodLimit = 10, Allocatable = Allocatable("8Gi", 10),
    };

    private static ResourceSet Allocatable(string memory, int pods)
        => ResourceSet.Of((ResourceSet.Cpu, Quantity.FromUnits(4)), (ResourceSet.Memory, Quantity.Parse(memory)), ("pods", Quantity.FromUnits(pods)));

    private static PodInfo Pod(string name, string node) => new()
    {
        Namespace = "ns", Name = name, Uid = name, NodeName = node, Phase = "Running", Labels = Labels(("app", name)),
        Requests = ResourceSet.Of((ResourceSet.Cpu, Quantity.FromMilli(100)), (ResourceSet.Memory, Quantity.Parse("1Gi"))),
    };

    private static PodTerm HostTerm(string key, string value)
        => new(new LabelSelector([new Requirement(key, "In", [value])]), ["ns"], "kubernetes.io/hostname");

    private static ImmutableDictionary<string, string> Labels(params (string Key, string Value)[] labels) => labels.ToImmutableDictionary(l => l.Key, l => l.Value);
}
