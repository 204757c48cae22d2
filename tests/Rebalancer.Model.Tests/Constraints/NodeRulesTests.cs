using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

/// <summary>Cases from "Assigning Pods to Nodes" and "Taints and Tolerations".</summary>
public sealed class NodeRulesTests
{
    [Theory]
    [InlineData("In", "ssd,hdd", RejectionKind.None)]
    [InlineData("In", "hdd", RejectionKind.NodeAffinity)]
    [InlineData("NotIn", "hdd", RejectionKind.None)]
    [InlineData("NotIn", "ssd", RejectionKind.NodeAffinity)]
    [InlineData("Exists", "", RejectionKind.None)]
    [InlineData("DoesNotExist", "", RejectionKind.NodeAffinity)]
    public void Check_Expression_MatchesTheLabel(string operation, string values, RejectionKind expected)
        => Assert.Equal(expected, Affinity("disk", operation, values));

    [Theory]
    [InlineData("In", "x", RejectionKind.NodeAffinity)]
    [InlineData("NotIn", "x", RejectionKind.None)]
    [InlineData("Exists", "", RejectionKind.NodeAffinity)]
    [InlineData("DoesNotExist", "", RejectionKind.None)]
    [InlineData("Gt", "1", RejectionKind.NodeAffinity)]
    [InlineData("Lt", "1", RejectionKind.NodeAffinity)]
    public void Check_ExpressionOnMissingLabel_OnlyTheNegativeOnesMatch(string operation, string values, RejectionKind expected)
        => Assert.Equal(expected, Affinity("absent", operation, values));

    [Theory]
    [InlineData("Gt", "7", RejectionKind.None)]
    [InlineData("Gt", "8", RejectionKind.NodeAffinity)]
    [InlineData("Lt", "9", RejectionKind.None)]
    [InlineData("Lt", "8", RejectionKind.NodeAffinity)]
    [InlineData("Gt", "-1", RejectionKind.None)]
    [InlineData("Gt", "seven", RejectionKind.NodeAffinity)]
    public void Check_Comparison_IsOfIntegers(string operation, string values, RejectionKind expected)
        => Assert.Equal(expected, Affinity("cores", operation, values));

    [Fact]
    public void Check_SeveralTerms_OneIsEnough_SeveralExpressions_AllAreNeeded()
    {
        var yes = new Requirement("disk", "In", ["ssd"]);
        var no = new Requirement("disk", "In", ["hdd"]);

        Assert.Equal(RejectionKind.None, Check(new NodeTerm([no], []), new NodeTerm([yes], [])));
        Assert.Equal(RejectionKind.NodeAffinity, Check(new NodeTerm([no, yes], [])));
    }

    [Fact]
    public void Check_EmptyTerm_MatchesNothing() => Assert.Equal(RejectionKind.NodeAffinity, Check(new NodeTerm([], [])));

    [Fact]
    public void Check_FieldOfName_PicksTheNode()
    {
        Assert.Equal(RejectionKind.None, Check(new NodeTerm([], [new Requirement("metadata.name", "In", ["a"])])));
        Assert.Equal(RejectionKind.NodeAffinity, Check(new NodeTerm([], [new Requirement("metadata.name", "In", ["b"])])));
    }

    [Fact]
    public void Check_SelectorAndAffinity_BothMustHold()
    {
        var pod = Pod("p").With(p => p with { NodeSelector = Labels(("disk", "hdd")), NodeTerms = [new NodeTerm([new Requirement("disk", "Exists", [])], [])] });

        Assert.Equal(RejectionKind.NodeSelector, Verdict(Cluster([Marked()]), pod, "a"));
    }

    [Theory]
    [InlineData("gpu", "Equal", "yes", "NoSchedule", RejectionKind.None)]
    [InlineData("gpu", "Equal", "no", "NoSchedule", RejectionKind.Taint)]
    [InlineData("gpu", "", "yes", "", RejectionKind.None)]
    [InlineData("gpu", "Exists", "", "", RejectionKind.None)]
    [InlineData("gpu", "Exists", "", "NoExecute", RejectionKind.Taint)]
    [InlineData("", "Exists", "", "", RejectionKind.None)]
    [InlineData("", "Equal", "yes", "", RejectionKind.Taint)]
    [InlineData("other", "Exists", "", "", RejectionKind.Taint)]
    public void Check_Toleration_MatchesKeyValueAndEffect(string key, string operation, string value, string effect, RejectionKind expected)
    {
        var node = Node("a") with { Taints = [new Taint("gpu", "yes", "NoSchedule")] };

        Assert.Equal(expected, Verdict(Cluster([node]), Pod("p").With(p => p with { Tolerations = [new Toleration(key, operation, value, effect)] }), "a"));
    }

    [Theory]
    [InlineData("NoSchedule", RejectionKind.Taint)]
    [InlineData("NoExecute", RejectionKind.Taint)]
    [InlineData("PreferNoSchedule", RejectionKind.None)]
    public void Check_UntoleratedTaint_OnlyPreferNoScheduleIsNoLaw(string effect, RejectionKind expected)
        => Assert.Equal(expected, Verdict(Cluster([Node("a") with { Taints = [new Taint("k", "v", effect)] }]), Pod("p"), "a"));

    [Fact]
    public void Check_Unschedulable_RefusedUnlessTolerated()
    {
        var cluster = Cluster([Node("a") with { Unschedulable = true }]);
        var daemon = Pod("p").With(p => p with { Tolerations = [new Toleration("node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule")] });

        Assert.Equal(RejectionKind.Unschedulable, Verdict(cluster, Pod("p"), "a"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, daemon, "a"));
    }

    private static RejectionKind Affinity(string key, string operation, string values)
        => Check(new NodeTerm([new Requirement(key, operation, [.. values.Split(',', StringSplitOptions.RemoveEmptyEntries)])], []));

    private static RejectionKind Check(params ImmutableArray<NodeTerm> terms) => Verdict(Cluster([Marked()]), Pod("p").With(p => p with { NodeTerms = terms }), "a");

    private static NodeInfo Marked() => Node("a").Labelled("disk", "ssd").Labelled("cores", "8");
}
