using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>Moves that wait for a notice. That they touch nothing meanwhile is asserted by SimulatedMove at every action.</summary>
public sealed class HoldTests
{
    [Theory]
    [InlineData(OwnerKinds.ReplicaSet, false)]
    [InlineData(OwnerKinds.StatefulSet, true)]
    [InlineData(OwnerKinds.None, false)]
    public void Held_UntilItIsLetGo_CopiesAndThenMovesAsAnyOther(string kind, bool gate)
    {
        var move = new SimulatedMove(kind, gate).ToHolding();
        move.Pass(TimeSpan.FromMinutes(50)).Settle();
        Assert.Equal((Phases.PreCopying, null, null), (move.Phase, move.Status.Owner, move.Status.Claim));
        Assert.Equal("waits for a notice with 512 MB on target, of which the pod rewrites 3.0 MB between two rounds", Condition(move)!.Message);
        Assert.Equal(Condition(move)!.Message, move.Status.Message);

        move.LetGo().Settle();
        Assert.Equal(("False", "LetGo", (string?)null), (Condition(move)!.Status, Condition(move)!.Reason, move.Status.Message));
        // What it was held for does not count: an ordinary copy may take half an hour.
        move.Pass(TimeSpan.FromMinutes(25)).Settle();
        Assert.Equal(Phases.PreCopying, move.Phase);
        move.Write(s => s.Source!.State = SourceState.Copied);
        move.Settle();
        Assert.Equal(Phases.Preparing, move.Phase);
        Assert.NotNull(move.Status.Owner);
    }

    [Fact]
    public void Held_LetGoBeforeItHasCopied_IsAMoveLikeAnyOther()
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Cutover = Cutovers.OnNotice;
        move.LetGo().ToSucceeded();
        Assert.Null(Condition(move));
    }

    [Fact]
    public void Held_AsLongAsItMayBe_IsGivenUpAndThePodHasNoticedNothing()
    {
        var move = new SimulatedMove { Given = new MoveLimits { HoldSeconds = 60 } }.ToHolding();
        Assert.Equal(Phases.PreCopying, move.Pass(TimeSpan.FromSeconds(59)).Settle().Phase);

        EndsHeld(move.Pass(TimeSpan.FromSeconds(1)), "no notice came within 60 s");
    }

    [Fact]
    public void Held_TargetThatIsNoneAnyMore_IsGivenUp()
    {
        var move = new SimulatedMove().ToHolding();
        move.Nodes[1] = move.Nodes[1] with { Unschedulable = true };

        EndsHeld(move, "target node target");
    }

    [Fact]
    public void Held_AgentThatWentOnByItself_IsGivenUp()
    {
        var move = new SimulatedMove().ToHolding();
        move.Write(s => s.Source!.State = SourceState.Copied);

        EndsHeld(move, "does not hold moves");
    }

    [Fact]
    public void Held_SomebodyElseMovesThePod_GivesWayAndTheOtherWaitsForThat()
    {
        var held = new SimulatedMove().ToHolding();
        var other = new SimulatedMove { Others = [held.Migration] };
        other.Migration.Metadata.Name = "other";

        Assert.Equal(Phases.Pending, other.Settle().Phase);
        Assert.Equal(Reasons.AlreadyMoving, other.Status.Reason);
        held.Others = [other.Migration];
        EndsHeld(held, "Migration other moves the pod");
        Assert.Equal(Phases.Preflight, other.Settle().Phase);
    }

    [Fact]
    public void Held_ThatDoesNotGiveWay_KeepsTheOtherWaitingOnlyForAWhile()
    {
        var other = new SimulatedMove { Others = [new SimulatedMove().ToHolding().Migration] };
        other.Settle().Pass(TimeSpan.FromSeconds(30)).Settle();
        Assert.Equal((Phases.Failed, Reasons.AlreadyMoving), (other.Phase, other.Status.Reason));
    }

    [Fact]
    public void Held_PodThatIsGone_EndsFailed()
    {
        var move = new SimulatedMove().ToHolding();
        move.Source = null;
        Assert.Equal((Phases.Failed, Reasons.PodChanged), (move.Settle().Phase, move.Status.Reason));
    }

    [Theory]
    [InlineData(Strategies.StopAndCopy)]
    [InlineData(Strategies.PostCopy)]
    public void Pending_HeldByAStrategyThatCopiesNothingAhead_IsRefused(string strategy)
    {
        var move = new SimulatedMove();
        (move.Migration.Spec.Cutover, move.Migration.Spec.Strategy) = (Cutovers.OnNotice, strategy);
        Assert.Equal((Phases.Failed, Reasons.StrategyUnsupported), (move.Settle().Phase, move.Status.Reason));
    }

    [Fact]
    public void Slots_HeldMoves_TakeNoneOfTheOthersAndHaveTheirOwn()
    {
        Migration[] held = [Other("a", "source", "far"), Other("b", "away", "source")];
        Assert.Equal(Phases.PreCopying, new SimulatedMove { Others = [.. held] }.ToPreCopying().Phase);

        var third = new SimulatedMove { Others = [.. held] };
        third.Migration.Spec.Cutover = Cutovers.OnNotice;
        Assert.Equal((Phases.Preflight, "NodeHolds"), (third.ToPreCopying().Phase, third.Status.Reason));
        third.Others = [held[0]];
        Assert.Equal(Phases.PreCopying, third.Settle().Phase);

        var tooMany = new SimulatedMove { Given = new MoveLimits { MaxHeldMoves = 1 }, Others = [Other("a", "far", "away")] };
        tooMany.Migration.Spec.Cutover = Cutovers.OnNotice;
        Assert.Equal((Phases.Preflight, "ClusterHolds"), (tooMany.ToPreCopying().Phase, tooMany.Status.Reason));
    }

    [Fact]
    public void Slots_HeldMoveThatIsLetGo_TakesOne()
    {
        var other = Other("a", "source", "far");
        Assert.False(MoveSlots.Holds(other));
        other.Metadata.Annotations = new Dictionary<string, string> { [Names.Cutover] = "true" };
        Assert.True(MoveSlots.Holds(other));
    }

    [Theory]
    // Without a limit for all moves, the others have none.
    [InlineData(0, 80, 5_000_000L, null)]
    [InlineData(160, 80, 2_500_000L, 15_000_000L)]
    [InlineData(1600, 80, 5_000_000L, 190_000_000L)]
    public void Bandwidth_HeldAndOthers_HaveTheirOwnPartsAndTogetherNoMoreThanAll(long all, long forHeld, long? ofHeld, long? ofOther)
    {
        var limits = new MoveLimits { ClusterBandwidthMbit = all, HoldBandwidthMbit = forHeld };
        var held = new SimulatedMove { Given = limits, Others = [Other("a", "far", "away"), Other("c", "far", "away", Cutovers.Now)] };
        held.Migration.Spec.Cutover = Cutovers.OnNotice;
        Assert.Equal(ofHeld, held.ToPreCopying().Status.CopyBytesPerSecond);
        Assert.Equal(ofOther, new SimulatedMove { Given = limits, Others = [Other("a", "far", "away"), Other("b", "far", "away")] }.ToPreCopying().Status.CopyBytesPerSecond);

        // Let go, it is one of the others.
        held.LetGo().Settle();
        Assert.Equal(ofOther / 2, held.Status.CopyBytesPerSecond);
    }

    private static void EndsHeld(SimulatedMove move, string message)
    {
        move.Settle();
        Assert.Equal((Phases.RolledBack, Reasons.HoldEnded, Decision.Aborted), (move.Phase, move.Status.Reason, move.Status.Decision));
        Assert.Contains(message, move.Status.Message, StringComparison.Ordinal);
    }

    private static V1Condition? Condition(SimulatedMove move) => move.Status.Conditions?.SingleOrDefault(c => c.Type == Conditions.Holding);

    private static Migration Other(string name, string from, string to, string cutover = Cutovers.OnNotice) => new()
    {
        Metadata = new() { Name = name, NamespaceProperty = "default", Uid = name },
        Spec = new() { PodName = name, Cutover = cutover },
        Status = new() { Phase = Phases.PreCopying, SourceNode = from, TargetNode = to, PodUID = name },
    };
}
