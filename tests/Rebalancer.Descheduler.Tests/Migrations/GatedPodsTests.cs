using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>Moves of pods whose object goes before the freeze.</summary>
public sealed class GatedPodsTests
{
    /// <summary>The object has gone, the processes have not: another copy must not start before they have.</summary>
    [Theory]
    [InlineData(OwnerKinds.StatefulSet)]
    [InlineData(OwnerKinds.None)]
    public void Next_AbortedAfterTheObjectHasGone_StartsColdOnceTheSourceHasEnded(string kind)
    {
        var move = new SimulatedMove(kind, gate: true).ToFreezing();
        move.Decide(Decision.Aborted);
        move.Settle().Pass(TimeSpan.FromHours(1)).Settle();
        Assert.Equal((Phases.Aborting, true), (move.Phase, move.Replacement!.Metadata.Annotations.ContainsKey(Names.ClaimAnnotation)));

        move.IsSourceAlive = false;
        move.Write(s => s.Source!.State = SourceState.Released);
        move.Settle().OwnerReacts();
        for (var i = 0; i < 3; i++) { move.Pass(TimeSpan.FromSeconds(1)).Settle().OwnerReacts(); }

        Assert.Equal(Phases.Failed, move.Phase);
        Assert.Contains("starts cold", move.Status.Message, StringComparison.Ordinal);
        Assert.False(move.Replacement!.Metadata.Annotations?.ContainsKey(Names.ClaimAnnotation) == true);
    }

    /// <summary>The one whose creation nobody here has heard of yet could never start without the Migration, and would keep the name.</summary>
    [Fact]
    public void Final_AbortedAfterTheObjectHasGone_TheMigrationStaysForAPodThatComesLate()
    {
        var move = new SimulatedMove(OwnerKinds.StatefulSet, gate: true).ToFreezing();
        move.Migration.Metadata.Finalizers = [Names.MigrationFinalizer];
        var late = move.Replacement!;
        move.Decide(Decision.Aborted);
        (move.Replacement, move.IsSourceAlive) = (null, false);
        move.Write(s => s.Source!.State = SourceState.Released);
        Assert.Equal(Phases.Failed, move.Settle().Phase);
        move.Migration.Metadata.DeletionTimestamp = move.Now.UtcDateTime;
        Assert.NotNull(move.Settle().Migration.Metadata.Finalizers);

        var done = move.Done.Count;
        move.Pass(TimeSpan.FromSeconds(50)).Replacement = late;
        move.Settle();
        Assert.Equal(late.Metadata.Uid, move.Done.Skip(done).OfType<MoveAction.DeletePod>().First().Pod.Metadata.Uid);
        Assert.Null(move.Pass(TimeSpan.FromSeconds(10)).Settle().Migration.Metadata.Finalizers);
    }

    /// <summary>A write of a leader that is gone may come late. The name would be nobody's.</summary>
    [Fact]
    public void Final_GateIsClosedOnceMoreAfterTheMoveWasGivenUp_IsOpenedAgain()
    {
        var move = new SimulatedMove(OwnerKinds.StatefulSet, gate: true).ToFreezing();
        move.Decide(Decision.Aborted);
        (move.Replacement, move.IsSourceAlive) = (null, false);
        move.Write(s => s.Source!.State = SourceState.Released);
        Assert.Equal(Phases.Failed, move.Settle().Phase);
        Assert.Null(move.Migration.Metadata.Labels);

        move.Migration.Metadata.Labels = new Dictionary<string, string> { [Names.GateLabel] = Names.GateClosed };
        Assert.Null(move.Settle().Migration.Metadata.Labels);
    }

    /// <summary>Nobody else makes a bare pod again. While the copy that never started still has its name, it cannot be made.</summary>
    [Fact]
    public void Next_AbortedBarePod_IsMadeAgainOnceItsNameIsFree()
    {
        var move = new SimulatedMove(OwnerKinds.None, gate: true).ToFreezing();
        move.Decide(Decision.Aborted);
        move.IsSourceAlive = false;
        move.Write(s => s.Source!.State = SourceState.Released);
        move.Replacement!.Terminate(move.Now);
        var (never, done) = (move.Replacement!.Metadata.Uid, move.Done.Count);

        for (var i = 0; i < 3; i++) { move.Settle().Pass(TimeSpan.FromSeconds(1)); }

        Assert.Equal(never, move.Done.Skip(done).OfType<MoveAction.DeletePod>().Single().Pod.Metadata.Uid);
        Assert.Equal(Phases.Failed, move.Phase);
        Assert.False(move.Replacement!.Metadata.Annotations?.ContainsKey(Names.ClaimAnnotation) == true);
    }

    [Fact]
    public void Next_PreStopHook_ObjectStaysUntilTheCommit()
    {
        var move = new SimulatedMove(OwnerKinds.None, gate: true);
        move.Source!.Spec.Containers[0].Lifecycle = new k8s.Models.V1Lifecycle { PreStop = new k8s.Models.V1LifecycleHandler() };

        Assert.False(move.ToFreezing().Status.Owner!.Gate);
        Assert.NotNull(move.Source);
    }
}
