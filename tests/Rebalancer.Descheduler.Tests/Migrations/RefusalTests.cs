using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>Everything that the controller refuses before it touches anything.</summary>
public sealed class RefusalTests
{
    private static readonly Dictionary<string, Action<SimulatedMove>> Bends = new()
    {
        [Reasons.PodNotFound] = m => m.Source = null,
        [Reasons.PodReplaced] = m => m.Migration.Spec.PodUID = "uid-other",
        [Reasons.PodNotRunning] = m => m.Source!.Status.Phase = "Pending",
        [Reasons.PodNotRunning + " terminating"] = m => m.Source!.Terminate(m.Now),
        [Reasons.OptedOut] = m => Annotate(m, Names.Migratable, "false"),
        [Reasons.OptedOut + " unreadable"] = m => Annotate(m, Names.Migratable, "nope"),
        [Reasons.OwnerUnsupported + " ReplicationController"] = m => Owned(m, "ReplicationController"),
        [Reasons.OwnerUnsupported + " DaemonSet"] = m => Owned(m, "DaemonSet"),
        [Reasons.StaticPod] = m => Annotate(m, "kubernetes.io/config.mirror", "x"),
        [Reasons.HostNamespace] = m => m.Source!.Spec.HostPID = true,
        [Reasons.SharedProcessNamespace] = m => m.Source!.Spec.ShareProcessNamespace = true,
        [Reasons.EphemeralContainer] = m => m.Source!.Spec.EphemeralContainers = [new V1EphemeralContainer { Name = "debug" }],
        [Reasons.VolumeUnsupported] = m => m.Source!.Spec.Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/data" } }],
        [Reasons.VolumeUnsupported + " claim"] = m => m.Source!.Spec.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }],
        [Reasons.DeviceUnsupported + " block"] = m => m.Source!.Spec.Containers[0].VolumeDevices = [new V1VolumeDevice { Name = "disk", DevicePath = "/dev/disk" }],
        [Reasons.DeviceUnsupported] = m => m.Source!.Spec.Containers[0].Resources.Limits = new Dictionary<string, ResourceQuantity> { ["nvidia.com/gpu"] = new("1") },
        [Reasons.TerminalUnsupported] = m => m.Source!.Spec.Containers[0].Tty = true,
        [Reasons.RuntimeUnsupported] = m => m.Source!.Spec.RuntimeClassName = "gvisor",
        [Reasons.ProbeTooTight] = m => m.Source!.Spec.Containers[0].LivenessProbe = new V1Probe { HttpGet = new V1HTTPGetAction(), PeriodSeconds = 5, FailureThreshold = 3 },
        [Reasons.OwnerRollingOut] = m => m.Owner!.Spec.Replicas = 3,
        [Reasons.OwnerRollingOut + " deleted"] = m => m.Owner!.Metadata.DeletionTimestamp = m.Now.UtcDateTime,
        [Reasons.OwnerChanged] = m => m.Owner = null,
        [Reasons.NoTarget] = m => m.Nodes.RemoveAt(1),
        [Reasons.TargetUnknown] = m => m.Migration.Spec.TargetNode = "nowhere",
        [Reasons.TargetIsSource] = m => m.Migration.Spec.TargetNode = "source",
        [Reasons.TargetDoomed] = m => Target(m, n => n with { Unschedulable = true }),
        [Reasons.TargetUnready] = m => Target(m, n => n with { Ready = false }),
        [Reasons.TargetNoRoom] = m => Target(m, n => n with { PodLimit = 0 }),
        [Reasons.TargetConstraint] = m => Target(m, n => n with { Taints = [new Taint("dedicated", "db", "NoSchedule")] }),
        [Reasons.AgentMissing] = m => Target(m, n => n with { AgentEndpoint = null }),
        [Reasons.AgentMissing + " on the source"] = m => m.Nodes[0] = m.Nodes[0] with { AgentEndpoint = null },
        [Reasons.StrategyUnsupported] = m => m.Migration.Spec.Strategy = "Teleport",
        [Reasons.InvalidSpec] = m => m.Migration.Spec.FreezeBudget = "soon",
        [Reasons.InvalidSpec + " too long"] = m => m.Migration.Spec.FreezeBudget = "1h",
        [Reasons.InvalidSpec + " throttle"] = m => m.Migration.Spec.Throttle = "Always",
        [Reasons.DeadlineExceeded] = m => m.Migration.Spec.Deadline = m.Now,
        [Reasons.AlreadyMoving] = m => m.Others = [new Migration { Metadata = new V1ObjectMeta { Name = "first" }, Status = new MigrationStatus { Phase = Phases.Freezing, PodUID = m.Source!.Metadata.Uid } }],
        [Reasons.DisruptionBudget] = m => m.Budgets = [Budget(m, allowed: 0, healthy: 1, desired: 2)],
        [Reasons.DisruptionBudget + " unhealthy peer"] = m => m.Budgets = [Budget(m, 0, 1, 1, new V1Pod { Metadata = new V1ObjectMeta { Name = "peer" }, Status = new V1PodStatus { Phase = "Running" } })],
        [Reasons.DisruptionBudget + " stale"] = m => m.Budgets = [Budget(m, 1, 1, 1) with { StatusIsCurrent = false }],
    };

    public static TheoryData<string> Cases => [.. Bends.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pending_Bent_RefusedWithThatReasonAndNothingTouched(string name)
    {
        var move = new SimulatedMove();
        Bends[name](move);
        move.Settle();

        Assert.Equal((Phases.Failed, Decision.Aborted, name.Split(' ')[0]), (move.Phase, move.Status.Decision, move.Status.Reason));
        Assert.False(string.IsNullOrEmpty(move.Status.Message));
        Assert.Null(move.Status.Owner);
        Assert.All(move.Done, a => Assert.True(a is MoveAction.AddFinalizer or MoveAction.RemoveFinalizer or MoveAction.EnterPhase or MoveAction.Abort or MoveAction.Tell, a.GetType().Name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pending_BentWhileInterrupted_WaitsForWhatMayPassAndNothingElse(string name)
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Reason = "Interruption";
        Bends[name](move);
        move.Settle();

        var waits = name.Split(' ')[0] is Reasons.NoTarget or Reasons.DisruptionBudget or Reasons.OwnerRollingOut;
        Assert.Equal((waits ? Phases.Pending : Phases.Failed, name.Split(' ')[0]), (move.Phase, move.Status.Reason));
    }

    [Fact]
    public void Pending_SeveralReasons_MessageHasThemAll()
    {
        var move = new SimulatedMove();
        move.Source!.Spec.HostPID = true;
        move.Source.Spec.Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/" } }];
        move.Settle();

        Assert.Contains("pid namespace", move.Status.Message, StringComparison.Ordinal);
        Assert.Contains("volume data of kind hostPath", move.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Manual", Phases.Preflight)]
    [InlineData("Interruption", Phases.Failed)]
    public void Pending_DoNotDisrupt_StopsOnlyWhatNobodyAskedFor(string reason, string phase)
    {
        var move = new SimulatedMove();
        Annotate(move, Names.DoNotDisrupt, "true");
        move.Migration.Spec.Reason = reason;

        Assert.Equal(phase, move.Settle().Phase);
    }

    [Fact]
    public void Pending_SingleReplicaWithMinAvailableOne_MayFreeze()
    {
        var move = new SimulatedMove();
        move.Budgets = [Budget(move, allowed: 0, healthy: 1, desired: 1)];

        Assert.Equal(Phases.Preflight, move.Settle().Phase);
    }

    [Fact]
    public void Pending_InterruptedWithoutTarget_WaitsAndGoesOnWhenANodeComes()
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Reason = "Interruption";
        var target = move.Nodes[1];
        move.Nodes.RemoveAt(1);
        Assert.Equal((Phases.Pending, Reasons.NoTarget), (move.Settle().Phase, move.Status.Reason));

        move.Nodes.Add(target);

        Assert.Equal((Phases.Preflight, null), (move.Settle().Phase, move.Status.Reason));
    }

    [Fact]
    public void Pending_InterruptedWithoutTarget_GivesUpAfterItsLimit()
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Reason = "Interruption";
        move.Nodes.RemoveAt(1);
        move.Settle().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.PendingSeconds));

        Assert.Equal((Phases.Failed, Reasons.NoTarget), (move.Settle().Phase, move.Status.Reason));
    }

    [Theory]
    [InlineData("source", 2, "NodeBusy")]
    [InlineData("elsewhere", 1, "OwnerBusy")]
    public void Preflight_OthersHoldTheSlots_WaitsUntouchedAndGoesOnWhenTheyAreDone(string node, int count, string reason)
    {
        var move = new SimulatedMove();
        var owner = reason == "OwnerBusy" ? "uid-owner" : "uid-of-another";
        move.Others = [.. Enumerable.Range(0, count).Select(i => Holder("other" + i, node, owner))];
        move.ToPreCopying();
        Assert.Equal((Phases.Preflight, reason), (move.Phase, move.Status.Reason));
        Assert.Null(move.Status.Claim);

        move.Others = [];

        Assert.Equal(Phases.PreCopying, move.Settle().Phase);
    }

    [Fact]
    public void Preparing_AnotherPodOfTheOwnerHasBegun_WaitsUntouchedAndGoesOnWhenItIsDone()
    {
        var move = new SimulatedMove().ToPreCopying();
        move.Others = [Holder("other", "elsewhere", "uid-owner")];
        move.Write(s => s.Source!.State = SourceState.Copied);
        Assert.Equal((Phases.Preparing, "OwnerBusy"), (move.Settle().Phase, move.Status.Reason));
        Assert.Null(move.Status.Claim);
        Assert.Equal("abc", move.Source!.Metadata.Labels[Names.PodTemplateHash]);

        move.Others = [];

        Assert.NotNull(move.Settle().Status.Claim);
    }

    [Fact]
    public void Preparing_OwnerIsNeverRecorded_AbortedUntouched()
    {
        var move = new SimulatedMove().ToPreCopying();
        move.Others = [Holder("other", "elsewhere", "uid-owner")];
        move.Write(s => s.Source!.State = SourceState.Copied);
        move.Settle().Others = [];
        move.Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.SlotWaitSeconds + SimulatedMove.Limits.PreparingSeconds)).Settle();

        Assert.Equal((Decision.Aborted, Reasons.PhaseTimeout), (move.Status.Decision, move.Status.Reason));
        Assert.Null(move.Status.Owner);
    }

    [Fact]
    public void Preparing_PodOfTheSameBudgetIsOnTheMove_Waits()
    {
        var move = new SimulatedMove();
        var peer = SimulatedMove.Running(Builders.Pod("peer", "elsewhere"), "uid-peer");
        move.Budgets = [Budget(move, 0, 2, 2, peer)];
        move.Others = [Holder("other", "elsewhere", "uid-of-another")];
        move.Others[0].Status.PodUID = "uid-peer";

        Assert.Equal((Phases.Preflight, Reasons.DisruptionBudget), (move.ToPreCopying().Phase, move.Status.Reason));
    }

    [Fact]
    public void Preparing_BudgetBecomesUnhealthyBeforeTheFreeze_DoesNotFreeze()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Budgets = [Budget(move, 0, 1, 2)];
        move.Write(s => s.Target!.State = TargetState.Prepared);
        Assert.Equal(Phases.Preparing, move.Settle().Phase);

        move.Budgets = [];

        Assert.Equal(Phases.Freezing, move.Settle().Phase);
    }

    /// <summary>Two moves, or a move and an eviction, cannot both have the only disruption that a budget allows.</summary>
    [Fact]
    public void Preparing_BudgetAllowsADisruption_TakesItBeforeTheFreezeAndGivesItBackAfterAnAbort()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Budgets = [Budget(move, 1, 2, 1)];
        move.Write(s => s.Target!.State = TargetState.Prepared);

        Assert.Equal(Phases.Freezing, move.Settle().Phase);
        Assert.Equal((0, "redis"), (move.Budgets[0].DisruptionsAllowed, Assert.Single(move.Budgets[0].DisruptedPods)));

        move.Write(s => s.Source = new SourceStatus { State = SourceState.Thawed, Reason = Reasons.CheckpointFailed });
        move.Settle();
        move.OwnerReacts();

        Assert.Equal(Phases.RolledBack, move.Settle().Phase);
        Assert.Equal((1, 0), (move.Budgets[0].DisruptionsAllowed, move.Budgets[0].DisruptedPods.Count));
    }

    /// <summary>The disruption controller has counted it meanwhile: what is missing is this very pod.</summary>
    [Fact]
    public void Preparing_BudgetCountsThePodAsDisrupted_FreezesAllTheSame()
    {
        var move = new SimulatedMove().ToPreparing();
        move.Budgets = [Budget(move, 0, 1, 2) with { DisruptedPods = ["redis"] }];
        move.Write(s => s.Target!.State = TargetState.Prepared);

        Assert.Equal(Phases.Freezing, move.Settle().Phase);
    }

    [Theory]
    [InlineData(MoveReasons.Eviction, true)]
    [InlineData(MoveReasons.Manual, false)]
    public void Final_LongAgo_OnlyWhatNobodyAskedForIsDeleted(string reason, bool isDeleted)
    {
        var move = new SimulatedMove();
        move.Migration.Spec.Reason = reason;
        move.Write(s => (s.Phase, s.Decision, s.CompletedAt) = (Phases.Succeeded, Decision.Committed, move.Now));
        move.Settle().Pass(TimeSpan.FromHours(SimulatedMove.Limits.KeepFinishedHours) - TimeSpan.FromSeconds(1));
        Assert.Empty(MoveMachine.Next(move.Observe()).Actions);

        move.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(isDeleted, MoveMachine.Next(move.Observe()).Actions is [MoveAction.DeleteMigration]);
    }

    [Theory]
    [InlineData("source", Phases.Freezing, null, true)]
    [InlineData("source", Phases.Restoring, null, true)]
    [InlineData("source", Phases.Committed, TargetState.Held, true)]
    [InlineData("source", Phases.Committed, TargetState.Running, false)]
    [InlineData("source", Phases.Preparing, null, false)]
    [InlineData("elsewhere", Phases.Freezing, null, false)]
    public void Preparing_OtherPodOfTheNodeIsFrozen_FreezesAfterIt(string node, string phase, string? target, bool waits)
    {
        var move = new SimulatedMove().ToPreparing();
        var other = Holder("other", node, "uid-of-another");
        other.Status.Phase = phase;
        other.Status.PhaseStartedAt = move.Now;
        other.Status.Target = target is null ? null : new TargetStatus { State = target };
        move.Others = [other];
        move.Write(s => s.Target!.State = TargetState.Prepared);

        Assert.Equal(waits ? Phases.Preparing : Phases.Freezing, move.Settle().Phase);
        Assert.Equal(waits ? "NodeFreezing" : null, move.Status.Reason);

        move.Others = [];
        Assert.Equal(Phases.Freezing, move.Settle().Phase);
    }

    [Fact]
    public void Preparing_OtherFreezeHangs_DoesNotWaitForEver()
    {
        var move = new SimulatedMove().ToPreparing();
        var other = Holder("other", "source", "uid-of-another");
        other.Status.PhaseStartedAt = move.Now;
        move.Others = [other];
        move.Write(s => s.Target!.State = TargetState.Prepared);
        move.Settle().Pass(TimeSpan.FromSeconds(SimulatedMove.Limits.FreezeTurnSeconds));

        Assert.Equal(Phases.Freezing, move.Settle().Phase);
    }

    [Fact]
    public void Preparing_BareReplicaSetLabelUsedByService_TakesTheOtherLabel()
    {
        var move = new SimulatedMove();
        move.Owner!.Spec.Selector.MatchLabels = new Dictionary<string, string> { ["app"] = "redis", ["track"] = "stable" };
        move.Source!.Metadata.Labels = new Dictionary<string, string> { ["app"] = "redis", ["track"] = "stable" };
        var service = new V1Service { Metadata = new V1ObjectMeta { Name = "svc" }, Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = "redis" } } };
        var cluster = move.Observe().Cluster with { Services = [service] };

        var (labels, refusal) = OwnerLabels.ToTake(move.Source, OwnerViews.Of(move.Owner, []), cluster);
        Assert.Null(refusal);
        Assert.Equal(["track"], labels.Keys);

        move.Owner.Spec.Selector.MatchLabels.Remove("track");
        Assert.Equal(Reasons.OwnerUnsupported, OwnerLabels.ToTake(move.Source, OwnerViews.Of(move.Owner, []), cluster).Refusal?.Reason);
    }

    private static Migration Holder(string name, string node, string owner) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = name },
        Status = new MigrationStatus { Phase = Phases.Freezing, SourceNode = node, TargetNode = "x", Claim = new Claim(), Owner = new OwnerRecord { Kind = "ReplicaSet", Uid = owner } },
    };

    private static DisruptionBudget Budget(SimulatedMove move, int allowed, int healthy, int desired, params V1Pod[] others)
        => new("pdb", new LabelSelector([new Requirement("app", "In", ["redis"])]), true, allowed, healthy, desired, [], [move.Source!, .. others]);

    private static void Annotate(SimulatedMove move, string key, string value)
        => move.Source!.Metadata.Annotations = new Dictionary<string, string> { [key] = value };

    private static void Owned(SimulatedMove move, string kind)
        => move.Source!.Metadata.OwnerReferences = [new V1OwnerReference { Kind = kind, Name = "it", Uid = "x", Controller = true }];

    private static void Target(SimulatedMove move, Func<NodeInfo, NodeInfo> change)
    {
        move.Migration.Spec.TargetNode = "target";
        move.Nodes[1] = change(move.Nodes[1]);
    }
}
