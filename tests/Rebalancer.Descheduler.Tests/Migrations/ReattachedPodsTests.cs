using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>Moves of pods whose volumes only one node at a time has.</summary>
public sealed class ReattachedPodsTests
{
    [Theory]
    [InlineData(OwnerKinds.StatefulSet)]
    [InlineData(OwnerKinds.None)]
    public void Next_PodWithAClaim_KeepsItsObjectUntilTheCommit(string kind)
    {
        var move = WithClaim(new SimulatedMove(kind, gate: true)).ToFreezing();

        Assert.Equal((Phases.Freezing, true, false), (move.Phase, move.Status.Owner!.Reattaches, move.Status.Owner.Gate));
        Assert.NotNull(move.Source);
        Assert.Equal(Phases.Succeeded, WithClaim(new SimulatedMove(kind, gate: true)).ToSucceeded().Phase);
    }

    /// <summary>kubelet says when the volumes are unmounted, by taking the object away; with it gone they are another node's.</summary>
    [Fact]
    public void Next_CommittedButSourceAgentIsDead_PodIsDeletedOnceAndNotAtOnce()
    {
        var move = WithClaim(new SimulatedMove(OwnerKinds.StatefulSet)).ToCommitted().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.SourceReleaseSeconds)).Settle();

        Assert.InRange(Assert.Single(move.Done.OfType<MoveAction.DeletePod>()).GraceSeconds!.Value, 1, 30);
        Assert.NotNull(move.Source!.Metadata.DeletionTimestamp);
        move.Pass(TimeSpan.FromMinutes(1)).Settle();
        Assert.Single(move.Done.OfType<MoveAction.DeletePod>());
        Assert.Equal(Phases.Committed, move.Phase);
    }

    [Fact]
    public void Next_VolumeTakesLongerThanAnyMove_IsWaitedForAndNotForEver()
    {
        var move = WithClaim(new SimulatedMove(OwnerKinds.StatefulSet)).ToSourceGone().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.CommittedSeconds + 1)).Settle();
        Assert.Equal(Phases.Committed, move.Phase);

        move.Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.ReattachSeconds)).Settle();
        Assert.Equal((Phases.Failed, Reasons.PhaseTimeout), (move.Phase, move.Status.Reason));
    }

    [Fact]
    public void Next_PodIsDeletedAfterItsMoveFailedToAttach_CheckpointIsGivenUpOnce()
    {
        var move = WithClaim(new SimulatedMove(OwnerKinds.StatefulSet)).ToSourceGone().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.ReattachSeconds)).Settle();
        Assert.Equal((Phases.Failed, Reasons.PhaseTimeout), (move.Phase, move.Settle().Status.Reason));

        move.Replacement = null;
        Assert.Equal((Phases.Failed, Reasons.TargetLost), (move.Settle().Phase, move.Status.Reason));
        Assert.Single(move.Settle().Done.OfType<MoveAction.WriteStatus>(), a => Equals(a.Status.GetValueOrDefault("reason"), Reasons.TargetLost));
    }

    [Fact]
    public void Pending_VolumeThatSeveralNodesHave_IsRefused()
    {
        var move = WithClaim(new SimulatedMove(OwnerKinds.StatefulSet), "ReadWriteMany").Settle();

        Assert.Equal((Phases.Failed, Reasons.VolumeUnsupported), (move.Phase, move.Status.Reason));
        Assert.Contains("ReadWriteMany", move.Status.Message, StringComparison.Ordinal);
    }

    private static SimulatedMove WithClaim(SimulatedMove move, string mode = "ReadWriteOnce")
    {
        move.Storage = new StorageInfo([new ClaimInfo(move.Source!.Metadata.NamespaceProperty, "data", "v1", "", [mode])], [new PersistentVolumeInfo("v1", [], [], "ebs.csi.aws.com", "handle")], []);
        move.Nodes[0] = move.Nodes[0] with { AttachedVolumes = ["kubernetes.io/csi/ebs.csi.aws.com^handle"] };
        move.Source.Metadata.Annotations = new Dictionary<string, string> { [Names.Reattach] = "true" };
        move.Source.Spec.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }];
        return move;
    }
}
