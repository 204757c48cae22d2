using k8s.Models;
using Rebalancer.Agent.Moves;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData(null, "", "Preflight", false, false, SourceStep.Preflight)]
    [InlineData(SourceState.Ready, "", "PreCopying", false, false, SourceStep.AwaitCopy)]
    [InlineData(SourceState.Ready, "", "Freezing", false, true, SourceStep.RollBack)]
    [InlineData(SourceState.Copied, "", "Preparing", false, false, SourceStep.RollBack)]
    [InlineData(SourceState.Frozen, "", "Freezing", false, false, SourceStep.RollBack)]
    [InlineData(SourceState.Frozen, "", "Freezing", true, true, SourceStep.Commit)]
    [InlineData(SourceState.Frozen, Decision.Committed, "Committed", true, true, SourceStep.Release)]
    [InlineData(SourceState.Frozen, Decision.Committed, "Succeeded", false, false, SourceStep.Release)]
    [InlineData(SourceState.Frozen, Decision.Aborted, "Aborting", true, true, SourceStep.RollBack)]
    [InlineData(SourceState.Released, Decision.Committed, "Committed", true, true, null)]
    [InlineData(SourceState.Thawed, Decision.Aborted, "Aborting", false, true, null)]
    [InlineData(SourceState.Refused, "", "Preflight", false, false, null)]
    [InlineData(SourceState.Ready, "", "Failed", false, false, null)]
    public void Source_StatusAndMarkers_SayWhereToGoOn(string? state, string decision, string phase, bool marker, bool folder, object? expected)
    {
        var migration = new Migration { Status = new MigrationStatus { Phase = phase, Decision = decision, Source = state is null ? null : new SourceStatus { State = state } } };
        Assert.Equal((SourceStep?)expected, Recovery.Source(migration, marker, folder));
    }

    /// <summary>An aborted move may be rolled back once more when its agent is started again, long after another one has frozen, or taken away, the same pod.</summary>
    [Theory]
    [InlineData("", "Freezing", false, false, false, true)]
    [InlineData("", "Freezing", false, true, false, false)]
    [InlineData("", "Preparing", true, true, false, true)]
    [InlineData("", "Freezing", false, true, true, true)]
    [InlineData(Decision.Committed, "Committed", false, true, false, true)]
    [InlineData(Decision.Committed, "Succeeded", false, false, false, true)]
    [InlineData(Decision.Aborted, "Aborting", true, false, false, false)]
    [InlineData("", "Failed", false, false, false, false)]
    public void IsOverruled_AnotherMoveOfThePod_HasItInHandUnlessThisOneMayHoldIt(string decision, string phase, bool isGated, bool mayHoldIt, bool hasItsCommitMarker, bool expected)
    {
        var mine = Of("mine", "pod", Decision.Aborted, "Failed");
        var other = Of("other", "pod", decision, phase);
        other.Status.Owner = new OwnerRecord { Kind = OwnerKinds.StatefulSet, Gate = isGated };
        Migration[] all = [mine, Of("of-another-pod", "other", Decision.Committed, "Succeeded"), other];

        Assert.Equal(expected, Recovery.IsOverruled(mine, "pod", mayHoldIt, all, uid => uid == "mine" || (uid == "other" && hasItsCommitMarker)));

        static Migration Of(string uid, string pod, string decision, string phase) => new() { Metadata = new V1ObjectMeta { Uid = uid }, Status = new MigrationStatus { PodUID = pod, Decision = decision, Phase = phase } };
    }

    [Fact]
    public void Source_CommittedPostCopy_ServesUntilTheTargetHasAll()
    {
        var status = new MigrationStatus { Phase = "Committed", Decision = Decision.Committed, Source = new SourceStatus { State = SourceState.Transferred, Strategy = Strategies.PostCopy } };

        Assert.Equal(SourceStep.Serve, Recovery.Source(new Migration { Status = status }, hasCommitMarker: true, hasFolder: true));
    }

    [Theory]
    [InlineData(true, null, TargetStep.Running)]
    [InlineData(false, null, null)]
    [InlineData(true, true, TargetStep.Filling)]
    [InlineData(false, true, TargetStep.Filling)]
    public void Target_RunningCopy_IsTakenUpWhileItsPagesCome(bool hasLatePages, bool? isFilling, object? expected)
    {
        var status = new MigrationStatus { Phase = "Committed", Decision = Decision.Committed, Target = new TargetStatus { State = TargetState.Running, Filling = isFilling } };

        Assert.Equal((TargetStep?)expected, Recovery.Target(new Migration { Status = status }, hasImages: true, hasLatePages));
    }

    [Theory]
    [InlineData(Reasons.TargetLost, null)]
    [InlineData(Reasons.PodReplaced, null)]
    [InlineData(Reasons.PhaseTimeout, TargetStep.Stored)]
    public void Target_FailedAfterTheCommit_KeepsWhatAPodCouldStillBeGiven(string reason, object? expected)
    {
        var status = new MigrationStatus { Phase = Phases.Failed, Decision = Decision.Committed, Reason = reason, Target = new TargetStatus { State = TargetState.Prepared } };

        Assert.Equal((TargetStep?)expected, Recovery.Target(new Migration { Status = status }, hasImages: true, hasLatePages: false));
    }

    [Theory]
    [InlineData(null, "", "Preflight", false, TargetStep.Preflight)]
    [InlineData(TargetState.Prepared, "", "Preparing", false, TargetStep.Ready)]
    [InlineData(TargetState.Held, "", "Restoring", true, TargetStep.Stored)]
    [InlineData(TargetState.Held, Decision.Committed, "Committed", true, TargetStep.Stored)]
    [InlineData(TargetState.Held, Decision.Committed, "Committed", false, TargetStep.Stored)]
    [InlineData(TargetState.Held, Decision.Aborted, "Aborting", true, TargetStep.Ready)]
    [InlineData(TargetState.Held, Decision.Aborted, "Failed", true, TargetStep.Ready)]
    [InlineData(TargetState.Prepared, Decision.Aborted, "RolledBack", false, TargetStep.Ready)]
    [InlineData(null, Decision.Aborted, "Aborting", false, TargetStep.Ready)]
    [InlineData(TargetState.Running, Decision.Committed, "Succeeded", false, null)]
    [InlineData(TargetState.Cleaned, Decision.Aborted, "Aborting", false, null)]
    [InlineData(TargetState.Refused, "", "Failed", false, null)]
    public void Target_StatusAndImages_SayWhereToGoOn(string? state, string decision, string phase, bool images, object? expected)
    {
        var migration = new Migration { Status = new MigrationStatus { Phase = phase, Decision = decision, Target = state is null ? null : new TargetStatus { State = state } } };
        Assert.Equal((TargetStep?)expected, Recovery.Target(migration, images, hasLatePages: false));
    }
}
