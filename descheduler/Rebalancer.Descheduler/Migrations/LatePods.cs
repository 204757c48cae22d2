using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// Pods that carry the claim of a move that did not wait for them: their creation was still under way when it ended, or when another pod was bound. None of them
/// can start, and its owner waits for it.
/// </summary>
internal static class LatePods
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>A creation of a pod is over by then, with whatever the API server takes for it, and a watch has told of it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan KeepForBarePod = TimeSpan.FromMinutes(10);

    /// <returns>Null: there is none.</returns>
    public static MoveStep? Next(Observation o) => o.Status.Decision switch
    {
        Decision.Aborted => o.Replacement is { Metadata.DeletionTimestamp: null } late ? Remove(late, graceSeconds: 0) : null,
        Decision.Committed => o.Namesake is { Metadata.DeletionTimestamp: null } pod && Carries(pod, o) ? TakeIn(o, pod) : null,
        _ => null,
    };

    /// <summary>
    /// A pod that somebody deleted before it was given its state: a bare one comes back by nobody, and where another was bound already nobody else is given the state. That lies in the
    /// target's memory, and goes too.
    /// </summary>
    /// <returns>Null: there is nothing of that kind.</returns>
    public static MoveStep? Forsaken(Observation o)
    {
        // It waited longer than its move, as for a volume that did not come, and has gone since.
        if (o.Status is { Decision: Decision.Committed, Phase: Phases.Failed, Reason: Reasons.PhaseTimeout, Claim: { PodUID: { } uid } claim, Target.State: not (TargetState.Running or TargetState.ColdStarted) } && o.Replacement?.Metadata.Uid != uid)
        {
            return GiveUp(o, Reasons.TargetLost, $"pod {claim.PodName} on {o.Status.TargetNode} was deleted before it had its memory: its checkpoint is given up");
        }

        if (o.Status is not { Decision: Decision.Committed, Phase: Phases.Failed, Reason: Reasons.PhaseTimeout, Owner.Kind: OwnerKinds.None, Claim.PodUID: null, CompletedAt: { } ended } || o.Namesake is not null)
        {
            return null;
        }

        var left = KeepForBarePod - (o.Now - ended);
        return left > TimeSpan.Zero ? MoveStep.Wait(left)
            : GiveUp(o, Reasons.PodNotFound, $"pod {o.Migration.Spec.PodName} was not made again on {o.Status.TargetNode} within {KeepForBarePod.TotalMinutes:0} min after the move: its checkpoint is given up");
    }

    private static MoveStep GiveUp(Observation o, string reason, string message)
        => MoveStep.Do(new MoveAction.WriteStatus(o.Phase, StatusChange.None.SetItem("reason", reason).SetItem("message", message)));

    /// <summary>The state is kept for whoever has the name, until it has been given to one.</summary>
    private static MoveStep? TakeIn(Observation o, V1Pod pod) => o.Status.Claim!.PodUID is null
        ? MoveStep.Do(new MoveAction.BindClaim(pod.Metadata.Name, pod.Metadata.Uid))
        : o.Status.Owner?.Kind == OwnerKinds.None ? null : Remove(pod, GatedPods.NamesakeGraceSeconds);

    private static bool Carries(V1Pod pod, Observation o)
        => o.Status.Claim is { } claim && pod.Metadata.Uid != claim.PodUID && PodMapping.Annotation(pod, Names.ClaimAnnotation) == claim.Token;

    private static MoveStep Remove(V1Pod pod, long graceSeconds) => new([new MoveAction.DeletePod(pod, graceSeconds)], Recheck);
}
