using System.Collections.Immutable;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Model.Tests.Planning.Plans;

public sealed class PlanProperties
{
    private static readonly PlanPolicy Policy = new() { DisruptionTolerance = 100, Limits = new MoveLimits(AtOnce: 4, AtOncePerNode: 2) };

    [Property(MaxTest = 150)]
    public void Plan_CarriedOutWaveByWave_BreaksNoRule(int seed)
    {
        var snapshot = RandomCluster.Make(seed);
        var replay = new PlanReplay(snapshot, Policy);

        replay.Run(Plan(snapshot));

        Assert.Empty(replay.Violations);
    }

    [Property(MaxTest = 15)]
    public void Plan_PoolsOfManyPods_CarriedOutWaveByWave_BreaksNoRule(int seed)
    {
        var snapshot = RandomPools.Make(seed);
        var (replay, first) = (new PlanReplay(snapshot, Policy), Plan(snapshot));

        replay.Run(first);
        var next = Plan(PlanOutcome.Apply(snapshot, first, Policy));

        Assert.Empty(replay.Violations);
        Assert.True(first.Verdict == PlanVerdict.Act, "such clusters have room for savings, so that a plan that does not act tests nothing: " + first.Reason);
        Assert.True(next.Verdict != PlanVerdict.Act, $"after '{first.Reason}' comes '{next.Reason}'");
    }

    [Property(MaxTest = 10)]
    public void Plan_PoolsOfManyPodsInAnotherOrder_CostsTheSame(int seed)
    {
        var snapshot = RandomPools.Make(seed);
        var shuffled = snapshot with { Nodes = [.. snapshot.Nodes.Reverse()], Pods = Shuffled(snapshot.Pods, seed) };

        Assert.Equal(Plan(snapshot).Balance, Plan(shuffled).Balance);
    }

    [Property(MaxTest = 60)]
    public void Plan_Acts_NeverCostsMoreThanStaying(int seed)
    {
        var plan = Plan(RandomCluster.Make(seed));

        Assert.True(plan.Verdict != PlanVerdict.Act || (plan.Balance.NetBenefit.Usd > 0 && plan.Balance.After < plan.Balance.Before), plan.Reason);
        Assert.Equal(plan.Verdict == PlanVerdict.Act, !plan.Waves.IsEmpty);
    }

    [Property(MaxTest = 60)]
    public void Plan_CarriedOut_TheNextFindsNothingToDo(int seed)
    {
        var snapshot = RandomCluster.Make(seed);
        var first = Plan(snapshot);

        var next = Plan(PlanOutcome.Apply(snapshot, first, Policy));

        Assert.True(first.Verdict != PlanVerdict.Act || next.Verdict != PlanVerdict.Act, $"after '{first.Reason}' comes '{next.Reason}'");
    }

    [Property(MaxTest = 60)]
    public void Plan_InputInAnotherOrder_IsTheSame(int seed)
    {
        var snapshot = RandomCluster.Make(seed);
        var shuffled = snapshot with { Nodes = [.. snapshot.Nodes.Reverse()], Pods = Shuffled(snapshot.Pods, seed) };

        var (plan, other) = (Plan(snapshot), Plan(shuffled));

        Assert.Equal(plan.Balance, other.Balance);
        Assert.Equal(plan.Moves, other.Moves);
    }

    [Property(MaxTest = 60)]
    public void Plan_Balance_IsThatOfTheNodesThatGo(int seed)
    {
        var plan = Plan(RandomCluster.Make(seed));

        var gone = plan.FreedNodes.Where(n => !n.WasEmpty).Sum(n => n.Price.PerHour.Usd);
        Assert.True(plan.Verdict != PlanVerdict.Act || plan.Balance.Saved.Usd <= gone, $"{plan.Balance.Saved} saved, but the nodes that go cost {gone}");
    }

    [Fact]
    public void RandomClusters_AreWorthPlanning()
    {
        var plans = Enumerable.Range(0, 60).Select(seed => Plan(RandomCluster.Make(seed))).ToList();

        Assert.True(plans.Count(p => p.Verdict == PlanVerdict.Act) > 20, "hardly any plan acts, so that the properties say nothing");
        Assert.True(plans.Count(p => p.Waves.Length > 2) > 10, "hardly any plan has several waves");
    }

    private static MovePlan Plan(ClusterSnapshot snapshot)
        => new Planner(Policy, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), new FakeTimeProvider()).Plan(snapshot, new PlanBudget(100));

    private static ImmutableArray<PodInfo> Shuffled(ImmutableArray<PodInfo> pods, int seed)
    {
        var all = pods.ToArray();
        new Random(seed).Shuffle(all);
        return [.. all];
    }
}
