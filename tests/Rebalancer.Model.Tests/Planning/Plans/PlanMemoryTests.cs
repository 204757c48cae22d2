using Microsoft.Extensions.Time.Testing;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Model.Tests.Planning.Plans;

/// <summary>Plans heed what has happened to pods lately.</summary>
public sealed class PlanMemoryTests
{
    private static readonly PlanPolicy Eager = new() { DisruptionTolerance = 1000, LeastSavingShare = 0 };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    /// <summary>Pods of one workload are alike for the planner, but not in where each of them came from.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Plan_PodsThatLeftANode_NoneGoesBack(int seed)
    {
        var (cluster, random) = (RandomPools.Make(seed), new Random(seed));
        var remembering = cluster with { Pods = [.. cluster.Pods.Select(p => p with { LastSource = cluster.Nodes[random.Next(cluster.Nodes.Length)].Name })] };
        var left = remembering.Pods.ToDictionary(p => p.Uid, p => p.LastSource);

        foreach (var plan in Plans(remembering))
        {
            Assert.DoesNotContain(plan.Moves, m => left[m.Uid] == m.Target);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Plan_PodsThatRest_NoneMoves(int seed)
    {
        var (cluster, random) = (RandomPools.Make(seed), new Random(seed));
        var resting = cluster with { Pods = [.. cluster.Pods.Select(p => random.Next(3) == 0 ? p with { Rests = "has moved a moment ago" } : p)] };
        var awake = resting.Pods.Where(p => p.Rests is null).Select(p => p.Uid).ToHashSet();

        foreach (var plan in Plans(resting))
        {
            Assert.All(plan.Moves, m => Assert.Contains(m.Uid, awake));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Objection_PlanOfThisMoment_None(int seed)
    {
        var cluster = RandomPools.Make(seed);
        foreach (var plan in Plans(cluster).Where(p => p.Verdict == PlanVerdict.Act))
        {
            Assert.Null(Objection(cluster, plan));
        }
    }

    [Fact]
    public void Objection_WhatThePlanCountedOnIsNoMore_SaysWhat()
    {
        var (cluster, plan) = Enumerable.Range(1, 25).Select(RandomPools.Make).Select(c => (c, Plans(c)[0])).First(x => x.Item2.Verdict == PlanVerdict.Act);
        var move = plan.Moves.First();

        Assert.Contains("is gone", Objection(cluster with { Pods = cluster.Pods.RemoveAll(p => p.Uid == move.Uid) }, plan)!, StringComparison.Ordinal);
        Assert.Contains($"is no longer on node {move.Source}", Objection(Change(cluster, move.Uid, p => p with { NodeName = move.Target }), plan)!, StringComparison.Ordinal);
        Assert.Contains("has moved a moment ago", Objection(Change(cluster, move.Uid, p => p with { Rests = "has moved a moment ago" }), plan)!, StringComparison.Ordinal);
        Assert.Contains($"node {move.Target} takes pod", Objection(cluster with { Nodes = [.. cluster.Nodes.Select(n => n.Name == move.Target ? n with { Unschedulable = true } : n)] }, plan)!, StringComparison.Ordinal);
        Assert.Contains("worth it", Objection(cluster with { Nodes = [.. cluster.Nodes.Select(n => n with { CostText = "0.000001" })] }, plan)!, StringComparison.Ordinal);
    }

    private static ClusterSnapshot Change(ClusterSnapshot cluster, string uid, Func<PodInfo, PodInfo> change) => cluster with { Pods = [.. cluster.Pods.Select(p => p.Uid == uid ? change(p) : p)] };

    /// <summary>The first that is found, and the one after a search.</summary>
    private static MovePlan[] Plans(ClusterSnapshot cluster)
    {
        var planner = new Planner(Eager, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), new FakeTimeProvider());
        return [planner.Plan(cluster, new PlanBudget(1, TimeSpan.Zero)), planner.Plan(cluster, new PlanBudget(100))];
    }

    private static string? Objection(ClusterSnapshot cluster, MovePlan plan)
        => new PlanRevision(Eager, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates()).Objection(cluster, [.. plan.Moves.Select(m => new PastMove(m.Namespace, m.Pod, m.Uid, m.Source, m.Target))]);
}
