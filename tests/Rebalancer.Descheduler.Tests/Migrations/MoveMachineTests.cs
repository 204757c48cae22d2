using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class MoveMachineTests
{
    [Theory]
    [InlineData(OwnerKinds.ReplicaSet, false)]
    [InlineData(OwnerKinds.StatefulSet, false)]
    [InlineData(OwnerKinds.StatefulSet, true)]
    [InlineData(OwnerKinds.None, false)]
    [InlineData(OwnerKinds.None, true)]
    public void Next_GoodMove_PassesEveryPhaseInOrder(string kind, bool gate)
    {
        var move = new SimulatedMove(kind, gate).ToSucceeded();

        Assert.Equal(
            [Phases.Pending, Phases.Preflight, Phases.PreCopying, Phases.Preparing, Phases.Freezing, Phases.Restoring, Phases.Committed, Phases.Succeeded],
            move.Done.OfType<MoveAction.EnterPhase>().Select(a => a.To));
        Assert.Equal(Decision.Committed, move.Status.Decision);
        Assert.Null(move.Status.Reason);
        Assert.NotNull(move.Status.CompletedAt);
        Assert.Equal(kind == OwnerKinds.None, move.Done.OfType<MoveAction.CreatePod>().Any());
        Assert.Equal(kind == OwnerKinds.ReplicaSet, move.Done.OfType<MoveAction.TakeLabels>().Any());
    }

    /// <summary>Whoever still gives the copy its memory may die, and the copy with it.</summary>
    [Theory]
    [InlineData(TargetState.Running, Phases.Succeeded)]
    [InlineData(TargetState.ColdStarted, Phases.Failed)]
    public void Next_CopyRunsBeforeItsMemoryIsThere_EndsOnceThatIsKnown(string state, string end)
    {
        var move = new SimulatedMove().ToFreezing();
        move.Write(s => s.Source!.State = SourceState.Transferred);
        move.Settle();
        move.Decide(Decision.Committed);
        (move.Source, move.IsSourceAlive) = (null, false);
        move.Write(s => s.Target = new TargetStatus { State = TargetState.Running, Filling = true });
        Assert.Equal(Phases.Committed, move.Settle().Phase);

        move.Write(s => s.Target = new TargetStatus { State = state });

        Assert.Equal(end, move.Settle().Phase);
    }

    public static TheoryData<string> BeforeCommit => new(Phases.Preflight, Phases.PreCopying, Phases.Preparing, Phases.Freezing, Phases.Restoring);

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Next_UserAborts_EndsAborted(string phase)
    {
        var move = new SimulatedMove().To(phase);
        move.Migration.Metadata.Annotations = new Dictionary<string, string> { [Names.Abort] = "true" };

        EndsAborted(move, Reasons.UserAborted);
    }

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Next_MigrationDeleted_EndsAbortedAndFinalizerGoes(string phase)
    {
        var move = new SimulatedMove().To(phase);
        move.Migration.Metadata.DeletionTimestamp = move.Now.UtcDateTime;

        EndsAborted(move, Reasons.UserAborted);
        Assert.Null(move.Settle().Migration.Metadata.Finalizers);
    }

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Next_DeadlinePasses_EndsAborted(string phase)
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Deadline = move.Now + TimeSpan.FromSeconds(5);
        move.To(phase).Pass(TimeSpan.FromSeconds(5));

        EndsAborted(move, Reasons.DeadlineExceeded);
    }

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Next_PhaseTakesTooLong_EndsAborted(string phase)
    {
        var move = new SimulatedMove().To(phase).Pass(TimeSpan.FromSeconds(1800));

        EndsAborted(move, phase == Phases.Preparing ? Reasons.ClaimExpired : Reasons.PhaseTimeout);
    }

    [Theory]
    [MemberData(nameof(BeforeCommit))]
    public void Next_SourceDeleted_EndsWithoutClaimedReplacement(string phase)
    {
        var move = new SimulatedMove().To(phase);
        move.Source!.Terminate(move.Now);
        move.Settle().Settle();

        Assert.Equal((Phases.Failed, Decision.Aborted, Reasons.PodChanged), (move.Phase, move.Status.Decision, move.Status.Reason));
        Assert.Null(move.Replacement);
    }

    [Theory]
    [InlineData(Phases.Preparing)]
    [InlineData(Phases.Freezing)]
    [InlineData(Phases.Restoring)]
    public void Next_OwnerScaledToZero_GivesSourceBackToBeDeletedByIt(string phase)
    {
        var move = new SimulatedMove().To(phase);
        move.Owner!.Spec.Replicas = 0;

        EndsAborted(move, Reasons.OwnerChanged);
        Assert.Equal("abc", move.Source!.Metadata.Labels[Names.PodTemplateHash]);
    }

    [Theory]
    [InlineData(Phases.Preparing)]
    [InlineData(Phases.Freezing)]
    public void Next_OwnerDeleted_SourceIsDeletedAsTheOwnerWouldHave(string phase)
    {
        var move = new SimulatedMove().To(phase);
        (move.Owner, move.Replacement) = (null, null);
        move.Settle();
        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Settle();

        Assert.Equal(Phases.Failed, move.Phase);
        Assert.Null(move.Done.OfType<MoveAction.DeletePod>().Single().GraceSeconds);
        Assert.Null(move.Source);
    }

    [Fact]
    public void Next_OwnerDeletedWithOrphans_SourceStays()
    {
        var move = new SimulatedMove().ToFreezing();
        move.Owner = null;
        move.Replacement!.Metadata.OwnerReferences = null;
        move.Settle().Write(s => s.Source!.State = SourceState.Thawed);
        move.Settle();

        Assert.NotNull(move.Source);
        Assert.Equal(Phases.RolledBack, move.Phase);
    }

    [Fact]
    public void Next_OtherReplicaSetOfTheDeploymentWantsPods_Aborted()
    {
        var move = new SimulatedMove();
        var deployment = new k8s.Models.V1OwnerReference { Kind = "Deployment", Name = "redis", Uid = "uid-deployment", Controller = true };
        move.Owner!.Metadata.OwnerReferences = [deployment];
        move.ToFreezing();
        var sibling = World.Builders.ReplicaSet("redis-new", 1);
        sibling.Metadata.Uid = "uid-sibling";
        sibling.Metadata.OwnerReferences = [deployment];
        move.Siblings = [move.Owner, sibling];
        var step = MoveMachine.Next(move.Observe());

        Assert.Equal(Reasons.OwnerChanged, step.Actions.OfType<MoveAction.Abort>().Single().Status["reason"]);
    }

    [Fact]
    public void Next_AbortedWhileFrozen_LabelsWaitForTheThaw()
    {
        var move = new SimulatedMove().ToRestoring();
        move.Decide(Decision.Aborted);
        move.Settle();
        Assert.DoesNotContain(Names.PodTemplateHash, move.Source!.Metadata.Labels.Keys);

        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Settle();

        Assert.Equal("abc", move.Source.Metadata.Labels[Names.PodTemplateHash]);
        Assert.Equal(AbortingPhase.HighestDeletionCost, move.Source.Metadata.Annotations[Names.PodDeletionCost]);
        Assert.Equal(Phases.Aborting, move.Phase);
        move.OwnerReacts();
        move.Settle();
        Assert.Equal(Phases.RolledBack, move.Phase);
        Assert.Null(move.Source.Metadata.Annotations);
    }

    [Fact]
    public void Next_OwnerDoesNotRemoveTheReplacement_ControllerDoes()
    {
        var move = new SimulatedMove().ToFreezing();
        move.Decide(Decision.Aborted);
        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Settle().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.ReplacementRemovalSeconds)).Settle();

        Assert.Null(move.Replacement);
        Assert.Equal(Phases.RolledBack, move.Settle().Phase);
    }

    [Theory]
    [InlineData(SourceState.Refused, null)]
    [InlineData(SourceState.Thawed, null)]
    [InlineData(null, TargetState.Refused)]
    [InlineData(null, TargetState.Failed)]
    public void Next_AgentGivesUp_ReasonReachesTheStatus(string? source, string? target)
    {
        var move = new SimulatedMove().ToFreezing();
        move.Write(s =>
        {
            s.Source = source is null ? s.Source : new SourceStatus { State = source, Reason = Reasons.CheckpointFailed, Message = "criu", LogLine = "External socket is used" };
            s.Target = target is null ? s.Target : new TargetStatus { State = target, Reason = Reasons.RestoreFailed, Message = "criu", LogLine = "External socket is used" };
        });
        move.Settle();

        Assert.Equal(Decision.Aborted, move.Status.Decision);
        Assert.Equal(source is null ? Reasons.RestoreFailed : Reasons.CheckpointFailed, move.Status.Reason);
        Assert.Contains("External socket is used", move.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Reasons.PeerUnreachable)]
    [InlineData(Reasons.AgentRestarted)]
    [InlineData(Reasons.TransferFailed)]
    [InlineData(Reasons.FreezeBudgetExceeded)]
    public void Next_SourceThawedByItself_NotWaitedForButAbortedWithItsReason(string reason)
    {
        var move = new SimulatedMove().ToFreezing();
        move.Write(s => s.Source = new SourceStatus { State = SourceState.Thawed, Reason = reason, Message = "gone" });
        move.Settle();

        Assert.Equal((Phases.Aborting, Decision.Aborted, reason), (move.Phase, move.Status.Decision, move.Status.Reason));
    }

    [Fact]
    public void Next_CpuOfTargetLacksFlags_AbortedWithThem()
    {
        var move = new SimulatedMove().ToPreflight();
        move.Write(s =>
        {
            s.Source = new SourceStatus { State = SourceState.Ready, Cpu = new NodeCpu { Flags = "avx avx512f sse", XsaveBytes = 832 } };
            s.Target = new TargetStatus { State = TargetState.Ready, Cpu = new NodeCpu { Flags = "avx sse", XsaveBytes = 832 } };
        });
        move.Settle();

        Assert.Equal(Reasons.CpuIncompatible, move.Status.Reason);
        Assert.Contains("avx512f", move.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_TargetCpuIsNewerWithLargerXsave_AbortedUnlessIgnored()
    {
        static SimulatedMove Ready(string policy)
        {
            var move = new SimulatedMove();
            move.Migration.Spec.CpuPolicy = policy;
            move.ToPreflight().Write(s =>
            {
                s.Source = new SourceStatus { State = SourceState.Ready, Cpu = new NodeCpu { Flags = "avx", XsaveBytes = 832 } };
                s.Target = new TargetStatus { State = TargetState.Ready, Cpu = new NodeCpu { Flags = "avx avx512f", XsaveBytes = 2440 } };
            });
            return move.Settle();
        }

        Assert.Equal(Reasons.CpuIncompatible, Ready("Strict").Status.Reason);
        Assert.Equal(Phases.PreCopying, Ready("Ignore").Phase);
    }

    [Fact]
    public void Next_ContainerRestartedAfterPreflight_Aborted()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Write(s => s.Source!.Containers = [new MovedContainer { Name = "app", ContainerID = "c1" }, new MovedContainer { Name = "side", ContainerID = "c2" }]);
        move.Source!.Status.ContainerStatuses = [Running("side", "c2"), Running("app", "c1")];
        Assert.Null(move.Settle().Status.Reason);

        move.Source!.Status.ContainerStatuses = [Running("app", "c1"), Running("side", "c3")];
        var aborted = move.Settle().Status;
        Assert.Equal(Reasons.PodChanged, aborted.Reason);
        Assert.Contains("side", aborted.Message, StringComparison.Ordinal);

        static k8s.Models.V1ContainerStatus Running(string name, string id) => new() { Name = name, ContainerID = "containerd://" + id };
    }

    [Fact]
    public void Next_ReplacementOfAnotherImage_Aborted()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Replacement!.Spec.Containers[0].Image = "redis:8";

        Assert.Equal(Reasons.OwnerChanged, move.Settle().Status.Reason);
    }

    [Fact]
    public void Next_ReplacementWithOtherRights_AbortedAndTheFieldIsNamed()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Replacement!.Spec.ServiceAccountName = "admin";

        Assert.Equal(Reasons.OwnerChanged, move.Settle().Status.Reason);
        Assert.Contains("spec.serviceAccountName", move.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_CommittedButTargetNeverRuns_FailsAndNeverGoesBack()
    {
        var move = new SimulatedMove().ToSourceGone().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.CommittedSeconds)).Settle();

        Assert.Equal((Phases.Failed, Decision.Committed), (move.Phase, move.Status.Decision));
        Assert.Empty(move.Done.OfType<MoveAction.Abort>());
    }

    [Fact]
    public void Next_CommittedAndUserAborts_GoesForward()
    {
        var move = new SimulatedMove().ToCommitted();
        move.Migration.Metadata.Annotations = new Dictionary<string, string> { [Names.Abort] = "true" };
        move.Migration.Metadata.DeletionTimestamp = move.Now.UtcDateTime;
        move.Source = null;
        move.Write(s => s.Target!.State = TargetState.Running);

        Assert.Equal(Phases.Succeeded, move.Settle().Phase);
    }

    [Fact]
    public void Next_CommittedButSourceAgentIsDead_ControllerRemovesTheSource()
    {
        var move = new SimulatedMove(OwnerKinds.None).ToCommitted().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.SourceReleaseSeconds)).Settle();

        Assert.Null(move.Source);
        Assert.NotNull(move.Settle().Replacement);
    }

    [Fact]
    public void Next_ColdStartAfterCommit_FailedWithThatSaid()
    {
        var move = new SimulatedMove().ToSourceGone();
        move.Write(s => s.Target = new TargetStatus { State = TargetState.ColdStarted, Message = "images were lost" });

        Assert.Equal((Phases.Failed, Reasons.RestoreFailed), (move.Settle().Phase, move.Status.Reason));
        Assert.Contains("images were lost", move.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Next_AnotherPodTookTheName_FailedNotOverwritten()
    {
        var move = new SimulatedMove(OwnerKinds.None).ToCommitted();
        move.Source = SimulatedMove.Running(World.Builders.Pod("redis", "elsewhere"), "uid-stranger");

        Assert.Equal((Phases.Failed, Reasons.PodReplaced), (move.Settle().Phase, move.Status.Reason));
    }

    [Fact]
    public void Next_UnknownPhase_IllegalAndSaysSo()
    {
        var move = new SimulatedMove();
        move.Write(s => (s.Phase, s.Decision) = (Phases.Aborting, ""));

        Assert.Contains("Aborting", Assert.Throws<IllegalPhaseException>(() => MoveMachine.Next(move.Observe())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PhaseTable_EveryPair_FinalPhasesLeadNowhereAndCommittedNeverBack()
    {
        var all = PhaseTable.All.ToList();
        Assert.All(all.Where(Phases.IsFinal), from => Assert.DoesNotContain(all, to => PhaseTable.Allows(from, to)));
        Assert.Equal([Phases.Failed, Phases.Succeeded], all.Where(to => PhaseTable.Allows(Phases.Committed, to)).Order());
        Assert.DoesNotContain(all, from => PhaseTable.Allows(from, ""));
        Assert.Throws<IllegalPhaseException>(() => PhaseTable.Check("m", Phases.Committed, Phases.Aborting));
    }

    private static void EndsAborted(SimulatedMove move, string reason)
    {
        move.Settle();
        if (move.Status.Source is not null)
        {
            move.Write(s => s.Source!.State = SourceState.Thawed);
        }

        move.Settle();
        move.OwnerReacts();
        move.Settle();
        Assert.Equal((Decision.Aborted, reason), (move.Status.Decision, move.Status.Reason));
        Assert.True(move.Final, move.Phase);
        Assert.NotNull(move.Source);
        Assert.Equal("abc", move.Source.Metadata.Labels[Names.PodTemplateHash]);
    }

    /// <summary>The watch of pods may be behind what this very controller has deleted.</summary>
    [Fact]
    public void Next_GatedAbortWithAnOldCopyOfTheSource_WaitsForTheAgentAndStartsCold()
    {
        var move = new SimulatedMove(OwnerKinds.StatefulSet, gate: true);
        var old = move.Source;
        move.ToPreparing();
        Assert.Null(move.Source);
        move.Source = old;

        move.Decide(Decision.Aborted);
        move.Settle();
        Assert.Equal(Phases.Aborting, move.Phase);

        move.IsSourceAlive = false;
        move.Write(s => s.Source!.State = SourceState.Released);
        move.Settle().Pass(TimeSpan.FromSeconds(1)).Settle();
        Assert.Equal(Phases.Failed, move.Phase);
        Assert.Null(move.Replacement);
    }
}
