using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>One thing to do for a move. Each may be done twice with the effect of once; a step stops at the first that fails and is decided anew.</summary>
internal abstract record MoveAction
{
    private MoveAction()
    {
    }

    /// <summary>So that a deletion of the Migration waits until the pod is whole again.</summary>
    public sealed record AddFinalizer : MoveAction;

    public sealed record RemoveFinalizer : MoveAction;

    /// <summary>The Migration itself, long after its end.</summary>
    public sealed record DeleteMigration : MoveAction;

    /// <summary>Labels by which each agent finds its own moves.</summary>
    public sealed record LabelNodes(string Source, string Target) : MoveAction;

    /// <summary>While it is closed, an admission policy lets nobody but the claimed pod have the name: the old pod still runs, without its object.</summary>
    public sealed record MarkGate(bool IsClosed) : MoveAction;

    /// <summary>Keeps the pod an endpoint of its Services while it has no object.</summary>
    public sealed record PublishEndpoints : MoveAction;

    public sealed record WithdrawEndpoints : MoveAction;

    /// <summary>Only from this phase and under this decision, else nothing is written.</summary>
    public sealed record EnterPhase(string From, string To, string Decision, ImmutableDictionary<string, object?> Status) : MoveAction;

    /// <summary>decision "" to Aborted, together with the phase that follows.</summary>
    public sealed record Abort(string From, string To, ImmutableDictionary<string, object?> Status) : MoveAction;

    /// <summary>Parts of the status, within a phase.</summary>
    public sealed record WriteStatus(string Phase, ImmutableDictionary<string, object?> Status) : MoveAction;

    /// <summary>Writes what will be taken from the pod and a fresh claim, before anything is taken. Once.</summary>
    public sealed record RecordOwner(OwnerRecord Owner, DateTimeOffset ClaimExpiresAt) : MoveAction;

    /// <summary>Removes labels, so that the owner lets go of the pod and makes another one.</summary>
    public sealed record TakeLabels(V1Pod Pod, ImmutableArray<string> Keys) : MoveAction;

    /// <summary>Puts labels back and makes this pod the last that its owner would remove.</summary>
    public sealed record GiveBack(V1Pod Pod, ImmutableDictionary<string, string> Labels, string DeletionCost) : MoveAction;

    /// <summary>What follows in the step is done only if the copy of the pod here is the newest (null: it is gone): where nothing is written to the pod, no test would tell.</summary>
    public sealed record Confirm(string PodName, string PodUid, V1Pod? Pod) : MoveAction;

    /// <summary>Null removes the annotation.</summary>
    public sealed record SetDeletionCost(V1Pod Pod, string? DeletionCost) : MoveAction;

    /// <summary>From now on this pod and no other is given images and address.</summary>
    public sealed record BindClaim(string PodName, string PodUid) : MoveAction;

    /// <summary>A freeze counts as an eviction does, so that no eviction beside it takes the last disruption that the budget allows.</summary>
    public sealed record TakeBudgetSlot(string Budget, string PodName) : MoveAction;

    /// <summary>The pod runs on; its place is free again before the time after which Kubernetes would forget it.</summary>
    public sealed record GiveBudgetSlot(string Budget, string PodName) : MoveAction;

    /// <summary>Asks the API server, without storing anything, whether it would accept such a pod: after the commit it is too late to learn that it does not.</summary>
    public sealed record TryPod(V1Pod Pod) : MoveAction;

    public sealed record CreatePod(V1Pod Pod) : MoveAction;

    /// <summary>Null: the pod's own grace period.</summary>
    public sealed record DeletePod(V1Pod Pod, long? GraceSeconds) : MoveAction;

    /// <summary>A Kubernetes Event, on the Migration or on the source pod.</summary>
    public sealed record Tell(bool OnPod, bool Warning, string Reason, string Message) : MoveAction;
}

/// <summary>What to do now and when to look again if nothing happens.</summary>
internal sealed record MoveStep(ImmutableArray<MoveAction> Actions, TimeSpan? LookAgainAfter)
{
    public static MoveStep Do(params ReadOnlySpan<MoveAction> actions) => new([.. actions], null);

    public static MoveStep Wait(TimeSpan? delay) => new([], delay);
}
