using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>The pod belongs to the target. Only forward from here: with its state, or cold, but running.</summary>
internal static class CommittedPhase
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    public static MoveStep Next(Observation o)
    {
        // However late: what carries the claim never starts without it.
        if (o.Source is null && o.Status.Claim?.PodUID is null && LatePods.Next(o) is { } bind)
        {
            return bind;
        }

        // Nor does a limit hide that another pod has the name: what is kept for the one that would have had it is for nobody then.
        if (o is { Source: null, Namesake: not null, Status.Claim.PodUID: null } && OwnerKinds.KeepsName(o.Status.Owner?.Kind))
        {
            return ComeBack(o);
        }

        var limitSeconds = o.Status.Owner?.Reattaches == true ? o.Limits.ReattachSeconds : o.Limits.CommittedSeconds;
        var isLate = o.PhaseAge.TotalSeconds >= limitSeconds;
        if (isLate && !(o.Source is null && o.Status.Target is { State: TargetState.Running, Filling: true }))
        {
            return MoveMachine.Finish(o, Phases.Failed, Reasons.PhaseTimeout,
                $"committed, but not complete within {limitSeconds:0} s: target '{o.Status.Target?.State}', source pod {(o.Source is null ? "gone" : "still there")}");
        }

        if (o.Source is { } source)
        {
            return RemoveSource(o, source);
        }

        if (OwnerKinds.KeepsName(o.Status.Owner?.Kind) && o.Status.Claim?.PodUID is null)
        {
            return ComeBack(o);
        }

        if (o.Status.Claim?.PodUID is { } uid && (o.Replacement?.Metadata.Uid != uid || o.Replacement.Metadata.DeletionTimestamp is not null))
        {
            return MoveMachine.Finish(o, Phases.Failed, Reasons.TargetLost, $"pod {o.Status.Claim.PodName} on {o.Status.TargetNode} was deleted after the commit",
                new MoveAction.Confirm(o.Status.Claim.PodName!, uid, o.Replacement));
        }

        return o.Status.Target?.State switch
        {
            // Its memory may take long to come, over a slow link: it runs.
            TargetState.Running when isLate || o.Status.Target.Filling != true => Succeed(o),
            TargetState.ColdStarted => MoveMachine.Finish(o, Phases.Failed, o.Status.Target.Reason ?? Reasons.RestoreFailed,
                $"the pod is on {o.Status.TargetNode} without its memory: {o.Status.Target.Message ?? "its checkpoint could not be restored"}"),
            // A Job's pod is not tried again: what is kept for it is for nobody.
            _ when o.Replacement?.Status?.Phase == "Failed" => MoveMachine.Finish(o, Phases.Failed, Reasons.TargetLost, $"pod {o.Replacement.Metadata.Name} failed on {o.Status.TargetNode} before it had its memory"),
            _ => MoveStep.Wait(TimeSpan.FromSeconds(limitSeconds) - o.PhaseAge),
        };
    }

    /// <summary>Its agent does this within milliseconds. An agent that cannot must not keep the name, or the old pod, for ever.</summary>
    private static MoveStep RemoveSource(Observation o, V1Pod source)
    {
        // kubelet takes it away itself, when its volumes are unmounted: nobody else may have them before.
        if (o.Status.Owner?.Reattaches == true && source.Metadata.DeletionTimestamp is not null)
        {
            return MoveStep.Wait(Recheck);
        }

        var left = TimeSpan.FromSeconds(o.Limits.SourceReleaseSeconds) - o.PhaseAge;
        return left > TimeSpan.Zero
            ? MoveStep.Wait(left)
            : new MoveStep([
                new MoveAction.DeletePod(source, o.Status.Owner?.Reattaches == true ? GatedPods.NamesakeGraceSeconds : 0),
                new MoveAction.Tell(OnPod: false, Warning: true, Reasons.SourceLost, $"the source agent on {o.Status.SourceNode} did not remove pod {source.Metadata.Name}; the controller did")], Recheck);
    }

    /// <summary>The pod comes back under its name: made by us, or by its owner and then claimed by the webhook.</summary>
    private static MoveStep ComeBack(Observation o)
    {
        var bare = o.Status.Owner!.Kind == OwnerKinds.None;
        if (o.Namesake is not { } pod)
        {
            return bare ? new MoveStep([new MoveAction.CreatePod(BarePods.ForTarget(o.Migration))], Recheck) : MoveStep.Wait(Recheck);
        }

        // One that its owner made while the webhook did not answer has nothing to lose, and what is kept for it on the target would be lost.
        return !bare && o.PhaseAge.TotalSeconds < o.Limits.ComeBackSeconds
            ? new MoveStep(pod.Metadata.DeletionTimestamp is null ? [new MoveAction.DeletePod(pod, GatedPods.NamesakeGraceSeconds)] : [], Recheck)
            : MoveMachine.Finish(o, Phases.Failed, Reasons.PodReplaced, $"another pod {pod.Metadata.Name} (uid {pod.Metadata.Uid}) took the name before it could be created on {o.Status.TargetNode}");
    }

    private static MoveStep Succeed(Observation o)
    {
        var freeze = o.Status.Target?.FreezeMs is { } ms ? $", frozen for {ms} ms" : "";
        var message = $"pod {o.Status.Claim?.PodName} runs on {o.Status.TargetNode}{freeze}";
        return MoveMachine.Finish(o, Phases.Succeeded, null, message);
    }
}
