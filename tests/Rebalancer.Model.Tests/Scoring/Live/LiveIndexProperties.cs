using System.Text;
using FsCheck.Xunit;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Scoring;
using Rebalancer.Policy.Scoring.Live;

namespace Rebalancer.Model.Tests.Scoring.Live;

public sealed class LiveIndexProperties
{
    private const int Steps = 40;

    [Property(MaxTest = 300)]
    public void Score_WhateverHasChanged_IsThatOfTheWholeSnapshot(int seed)
    {
        var cluster = new ChangingCluster(seed);
        for (var step = 0; step < Steps; step++)
        {
            cluster.Step();
            if (step % 5 == 0)
            {
                AssertSame(cluster, cluster.NewPod(), source: null);
            }
        }

        AssertSame(cluster, cluster.NewPod(), source: null);
    }

    [Property(MaxTest = 100)]
    public void Score_PodThatRunsAlready_CountsItselfNeitherAsNeighbourNorTwice(int seed)
    {
        var cluster = new ChangingCluster(seed);
        if (cluster.HasPods)
        {
            var wishes = cluster.NewPod().Placement;
            var pod = cluster.AnyPod() with { Placement = wishes };
            AssertSame(cluster, pod, pod.NodeName);
        }
    }

    [Property(MaxTest = 200)]
    public void ShortOf_AnyNode_IsWhatTheSchedulersRoomRuleSays(int seed)
    {
        var cluster = new ChangingCluster(seed);
        for (var step = 0; step < Steps; step++)
        {
            cluster.Step();
        }

        var pod = cluster.NewPod();
        var bare = pod with { Placement = Placement.Anywhere };
        var snapshot = cluster.Snapshot with { Nodes = [.. cluster.Nodes.Select(n => n with { Taints = [] })], Pods = [.. cluster.Snapshot.Pods.Select(p => p with { Placement = Placement.Anywhere })] };
        var index = new ClusterIndex(snapshot, [bare]);
        var occupancy = new Occupancy(index);
        var live = cluster.Live.ToIndex();
        foreach (var node in cluster.Nodes)
        {
            var fits = occupancy.Check(index.PodNumber(bare), index.NodeNumber(node.Name)) == RejectionKind.None;
            var shortOf = live.For(pod).ShortOf(live.Find(node.Name)!);
            // A resource that no node and no pod of the cluster has ever named is kube-scheduler's own affair.
            Assert.True(fits == (shortOf is null), $"{node.Name}: fits {fits}, short of {shortOf}");
        }
    }

    [Fact]
    public void Find_NameThatIsNoNode_IsNone()
    {
        var index = new ChangingCluster(1).Live.ToIndex();

        Assert.Equal(LiveIndex.NoNode, index.Find("no-such-node"u8));
        Assert.Equal(LiveIndex.NoNode, index.Find(""u8));
    }

    private static void AssertSame(ChangingCluster cluster, PodInfo pod, string? source)
    {
        var index = new ClusterIndex(cluster.Snapshot, [pod]);
        var costs = new PlacementCosts(index, ChangingCluster.Policy, ChangingCluster.Hazards, ChangingCluster.Estimates);
        var scorer = new NodeScorer(index, new Occupancy(index), costs);
        var live = cluster.Live.ToIndex();
        var fast = live.For(pod, source);

        Assert.Equal(cluster.Nodes.Length, live.NodeCount);
        foreach (var node in cluster.Nodes)
        {
            var expected = scorer.Score(index.PodNumber(pod), index.NodeNumber(node.Name), source is null ? ClusterIndex.NoNode : index.NodeNumber(source));
            var found = live[live.Find(Encoding.UTF8.GetBytes(node.Name))];
            Assert.Equal<IEnumerable<ScoreTerm>>([.. expected.Terms], [.. fast.Explain(found).Terms]);
            Assert.Equal(expected.UsdPerHour, fast.Score(found).UsdPerHour);
        }
    }
}
