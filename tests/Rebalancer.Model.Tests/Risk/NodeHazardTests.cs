using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Risk.Learned;
using Rebalancer.Policy.Risk.Recorded;
using Rebalancer.Model.Tests.Risk.Learned;

namespace Rebalancer.Model.Tests.Risk;

public sealed class NodeHazardTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AdvisorHazard Advisor = new(Ec2Catalogue.Instance);
    private static readonly NodeInfo Spot = new()
    {
        Name = "spot-1",
        Machine = MachineInfo.Unknown with { InstanceType = "m5.large", Region = "us-east-1", Zone = "us-east-1a", Capacity = CapacityType.Spot },
    };

    [Fact]
    public void HazardOf_NothingElseKnown_IsTheAdvisors() => Assert.Equal(Advisor.HazardOf(Spot), Model(InterruptionHistory.Empty).HazardOf(Spot));

    [Fact]
    public void HazardOf_OlderNode_IsLess()
    {
        var (young, old) = (Hazard(Spot with { CreatedAt = Now.AddMinutes(-5) }), Hazard(Spot with { CreatedAt = Now.AddDays(-60) }));

        Assert.True(young > Hazard(Spot));
        Assert.True(old < Hazard(Spot));
    }

    [Fact]
    public void HazardOf_SameStepOfAge_StandsStill_SoThatItIsNotWrittenAtEveryLook()
        => Assert.Equal(Hazard(Spot with { CreatedAt = Now.AddHours(-17) }), Hazard(Spot with { CreatedAt = Now.AddHours(-30) }));

    [Fact]
    public void HazardOf_CreatedInTheFuture_HasNoAge() => Assert.Equal(Hazard(Spot), Hazard(Spot with { CreatedAt = Now.AddHours(3) }));

    [Fact]
    public void HazardOf_PeerInterrupted_RisesForMinutes()
    {
        double After(double minutes) => Model(With(new Interruption(Spot.Machine.Pool, "spot-2", Now.AddMinutes(-minutes)))).HazardOf(Spot).PerHour;

        Assert.True(After(0) > After(1) && After(1) > After(3));
        Assert.Equal(Hazard(Spot), After(60), 9);
    }

    [Fact]
    public void HazardOf_OtherPoolOrItselfOrTomorrow_IsNoPeer()
    {
        Assert.Equal(Hazard(Spot), Model(With(new Interruption("m5.large/us-east-1b/Spot", "spot-2", Now))).HazardOf(Spot).PerHour);
        Assert.Equal(Hazard(Spot), Model(With(new Interruption(Spot.Machine.Pool, Spot.Name, Now))).HazardOf(Spot).PerHour);
        Assert.Equal(Hazard(Spot), Model(With(new Interruption(Spot.Machine.Pool, "spot-2", Now.AddDays(1)))).HazardOf(Spot).PerHour);
    }

    [Fact]
    public void HazardOf_PoolWithALongRecord_IsTheRecords()
    {
        var pool = Spot.Machine.Pool;
        var history = new InterruptionHistory(
            [.. Enumerable.Range(1, 200).Select(i => new Interruption(pool, "gone-" + i, Now.AddDays(-i)))], ImmutableDictionary<string, double>.Empty.Add(pool, 20_000));

        Assert.InRange(Model(history).HazardOf(Spot).PerHour, 0.007, 0.0101);
    }

    [Fact]
    public void HazardOf_RecommendationOfTheCloud_RaisesIt_AndNothingMore()
    {
        var recommended = Spot with { Taints = [new Taint(NodeHazard.RecommendationTaint, "", "NoSchedule")] };

        Assert.Equal(NodeHazard.RecommendedFactor * Hazard(Spot), Hazard(recommended), 12);
        Assert.False(recommended.Doomed);
    }

    [Fact]
    public void HazardOf_WrittenOrOnDemand_StaysWhatItIs()
    {
        var history = With(new Interruption(Spot.Machine.Pool, "spot-2", Now));

        Assert.Equal(0.25, Model(history).HazardOf(Spot with { HazardText = "0.25", CreatedAt = Now }).PerHour);
        Assert.Equal(0, Model(history).HazardOf(Spot with { Machine = Spot.Machine with { Capacity = CapacityType.OnDemand } }).PerHour);
    }

    [Fact]
    public void HazardOf_TrainedModelAndKnownSituation_IsTheModels()
    {
        var pools = RecordedPools.Drawn(seed: 1, days: 20);
        var learned = RiskTrainer.Train(pools, 1, seed: 1);
        var situation = pools[3].Observations[^1].Situation;
        var history = InterruptionHistory.Empty with { Situations = ImmutableDictionary<string, PoolSituation>.Empty.Add(Spot.Machine.Pool, situation) };

        var hazard = new NodeHazard(Advisor, history, new FakeTimeProvider(Now), learned).HazardOf(Spot);

        Assert.Equal(learned.HazardPerHour(situation with { PeerLoad = 0 }), hazard.PerHour, 12);
        Assert.Equal("trained model", hazard.Basis);
    }

    [Fact]
    public void Of_SnapshotWithAnAnnouncedEnd_RaisesItsPool()
    {
        var snapshot = ClusterSnapshot.Empty with { Nodes = [Spot, Spot with { Name = "spot-2", TerminatesAt = Now.AddSeconds(90) }] };

        Assert.True(NodeHazard.Of(snapshot, new FakeTimeProvider(Now)).HazardOf(Spot).PerHour > Hazard(Spot));
    }

    private static InterruptionHistory With(Interruption interruption) => InterruptionHistory.Empty with { Interruptions = [interruption] };

    private static double Hazard(NodeInfo node) => Model(InterruptionHistory.Empty).HazardOf(node).PerHour;

    private static NodeHazard Model(InterruptionHistory history) => new(Advisor, history, new FakeTimeProvider(Now));
}
