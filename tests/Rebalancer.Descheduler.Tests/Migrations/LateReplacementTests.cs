using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class LateReplacementTests
{
    /// <summary>The API server may take seconds over a creation whose webhook has been answered.</summary>
    [Fact]
    public void Next_ReplacementComesAfterTheMoveWasGivenUp_IsRemovedSinceItCanNeverStart()
    {
        var move = new SimulatedMove().ToFreezing();
        var replacement = move.Replacement!;
        move.Decide(Decision.Aborted);
        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Replacement = null;
        move.Settle();
        Assert.Equal(Phases.RolledBack, move.Phase);

        move.Replacement = replacement;
        var step = MoveMachine.Next(move.Observe());

        Assert.Equal(replacement, Assert.Single(step.Actions.OfType<MoveAction.DeletePod>()).Pod);
    }

    /// <summary>Nothing else is ever given its checkpoint, and a bare pod is made by nobody else.</summary>
    [Theory]
    [InlineData(OwnerKinds.StatefulSet, false)]
    [InlineData(OwnerKinds.StatefulSet, true)]
    [InlineData(OwnerKinds.None, false)]
    [InlineData(OwnerKinds.None, true)]
    public void Next_ClaimedPodComesAfterTheLimitOfTheCommit_IsStillGivenItsCheckpoint(string kind, bool hasEnded)
    {
        var move = new SimulatedMove(kind).ToCommitted();
        move.Source = null;
        move.Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.CommittedSeconds));
        if (hasEnded) { Assert.Equal(Phases.Failed, move.Settle().Phase); }
        var late = Claimed(move, "uid-late");

        move.Replacement = late;
        move.Settle();

        Assert.Equal((Phases.Failed, late.Metadata.Uid), (move.Phase, move.Status.Claim!.PodUID));
        Assert.Equal(late, move.Replacement);
    }

    /// <summary>So that the target's agent keeps the checkpoint no longer.</summary>
    [Theory]
    [InlineData(OwnerKinds.StatefulSet)]
    [InlineData(OwnerKinds.None)]
    public void Next_AnotherPodHasTheNameWhenTheLimitOfTheCommitPasses_SaysSo(string kind)
    {
        var move = new SimulatedMove(kind).ToCommitted();
        move.Source = null;
        move.Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.CommittedSeconds));
        move.Replacement = SimulatedMove.Running(Builders.Pod("redis", "elsewhere"), "uid-stranger");

        Assert.Equal((Phases.Failed, Reasons.PodReplaced), (move.Settle().Phase, move.Status.Reason));
    }

    /// <summary>The one that was bound was deleted before anybody saw that, and its owner made another, which took the claim too.</summary>
    [Fact]
    public void Next_AnotherPodCarriesTheClaimOfOneThatIsGone_IsRemovedSoThatItsOwnerMakesOneThatCanStart()
    {
        var move = new SimulatedMove(OwnerKinds.StatefulSet).ToCommitted();
        move.Source = null;
        move.Write(s => (s.Claim!.PodName, s.Claim.PodUID) = ("redis", "uid-gone"));
        var never = Claimed(move, "uid-never");
        Assert.Equal((Phases.Failed, Reasons.TargetLost), (move.Settle().Phase, move.Status.Reason));

        move.Replacement = never;
        move.Settle();

        Assert.Null(move.Replacement);
        Assert.Equal(never, Assert.Single(move.Done.OfType<MoveAction.DeletePod>()).Pod);
    }

    /// <summary>Somebody evicted it before it had been given its checkpoint, and nobody else makes it again.</summary>
    [Theory]
    [InlineData(OwnerKinds.None, Reasons.PodNotFound)]
    [InlineData(OwnerKinds.StatefulSet, Reasons.PhaseTimeout)]
    public void Next_PodIsNotMadeAgain_TheCheckpointOfABareOneIsGivenUp(string kind, string reason)
    {
        var move = new SimulatedMove(kind).ToCommitted();
        move.Source = null;
        move.Replacement = null;
        move.Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.CommittedSeconds));
        Assert.Equal(Reasons.PhaseTimeout, move.Settle().Status.Reason);

        move.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal(Reasons.PhaseTimeout, move.Settle().Status.Reason);
        move.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(reason, move.Settle().Status.Reason);
    }

    /// <summary>kubelet does not try a container of such a pod again whose creation has failed.</summary>
    [Fact]
    public void Next_ReplacementOfAJobHasFailedAfterTheCommit_EndsAtOnce()
    {
        var move = new SimulatedMove(OwnerKinds.Job).ToCommitted();
        move.Source = null;
        move.Write(s => s.Target!.State = TargetState.Held);
        move.Replacement!.Status = new V1PodStatus { Phase = "Failed" };

        move.Settle();

        Assert.Equal((Phases.Failed, Reasons.TargetLost), (move.Phase, move.Status.Reason));
    }

    private static V1Pod Claimed(SimulatedMove move, string uid)
    {
        var pod = SimulatedMove.Running(Builders.Pod("redis", "target"), uid);
        pod.Metadata.Annotations = new Dictionary<string, string> { [Names.MigrationAnnotation] = "move", [Names.ClaimAnnotation] = move.Status.Claim!.Token };
        return pod;
    }
}
