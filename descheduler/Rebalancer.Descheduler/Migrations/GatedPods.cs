using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// A pod that keeps its name can only be made on the target once its object is gone. With the kill gate the object goes first, while the pod runs: the source's
/// wrapper keeps kubelet's kills back, and the freeze is as short as that of a pod with a new name. From then on there is no way back to the old object: a move
/// that is given up ends the pod, as an eviction would, and it starts cold; never before the source's agent says that it has ended there.
/// </summary>
internal static class GatedPods
{
    /// <summary>Of a pod that took the name without its claim. The name is free again only when kubelet says that it has ended: with a grace period of 0 two of the name could run.</summary>
    public const int NamesakeGraceSeconds = 1;

    private const string OutOfService = "node.kubernetes.io/out-of-service";
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EndRecheck = TimeSpan.FromSeconds(1);

    /// <summary>
    /// kubelet runs the preStop hooks of a deleted pod, and they would meet the one that is still needed. And no sandbox is made on the target while the source runs
    /// with a volume that only one of them can have.
    /// </summary>
    public static bool CanBe(Observation o)
        => o.Status.Source?.KillGate == KillGates.Open && o.Source is { } pod && !HasClaims(pod) && pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).All(c => c.Lifecycle?.PreStop is null);

    public static bool HasClaims(V1Pod pod) => pod.Spec.Volumes?.Any(v => v.PersistentVolumeClaim is not null) == true;

    public static bool IsGone(Observation o) => IsClosed(o) && (o.Source is not { Metadata.DeletionTimestamp: null } || o.Status.Source?.State == SourceState.Released);

    /// <summary>
    /// After an abort: the object may have been deleted, and the copy of it here may be older than that. The source's agent, which has read it since, says
    /// which it is.
    /// </summary>
    public static bool IsUnknown(Observation o)
        => IsClosed(o) && IsMarked(o) && !IsGone(o) && o.Status.Source?.State is not (SourceState.Thawed or SourceState.Refused) && o.PhaseAge.TotalSeconds < o.Limits.AbortingSeconds;

    private static bool IsClosed(Observation o) => o.Status is { Owner.Gate: true, Source.KillGate: KillGates.Closed };

    /// <summary>The old object for the new one.</summary>
    public static MoveStep Exchange(Observation o, OwnerRecord owner, Claim claim)
    {
        var (soon, wait) = (PhaseLimit.Recheck(o, Recheck, claim.ExpiresAt), PhaseLimit.UntilDeadline(o, claim.ExpiresAt - o.Now));
        if (o.Source is { } source)
        {
            return o.Status.Source?.KillGate != KillGates.Closed ? MoveStep.Wait(wait)
                : IsMarked(o) ? new MoveStep([.. BudgetCheck.ToTake(source, o.Cluster), new MoveAction.DeletePod(source, GraceSeconds: 0)], soon)
                : MoveStep.Do(new MoveAction.PublishEndpoints(), new MoveAction.MarkGate(IsClosed: true));
        }

        if (o.Namesake is not { } pod)
        {
            return owner.Kind == OwnerKinds.None ? new MoveStep([new MoveAction.CreatePod(BarePods.ForTarget(o.Migration))], soon) : MoveStep.Wait(wait);
        }

        // The policy keeps such a pod out; where it is not installed, the sooner it goes the better.
        return PodMapping.Annotation(pod, Names.ClaimAnnotation) == claim.Token
            ? MoveStep.Do(new MoveAction.BindClaim(pod.Metadata.Name, pod.Metadata.Uid))
            : new MoveStep([new MoveAction.DeletePod(pod, NamesakeGraceSeconds)], soon);
    }

    /// <summary>After an abort.</summary>
    public static MoveStep Orphaned(Observation o, OwnerRecord owner)
    {
        if (!HasEnded(o))
        {
            return MoveStep.Wait(EndRecheck);
        }

        if (IsMarked(o))
        {
            return MoveStep.Do(new MoveAction.MarkGate(IsClosed: false));
        }

        // It never starts without its checkpoint.
        if (o.Replacement is { } replacement)
        {
            return new MoveStep([new MoveAction.DeletePod(replacement, GraceSeconds: 0)], EndRecheck);
        }

        // Nobody else makes a bare pod again: its name must be free first. The old one has gone, whatever the copy of it here says.
        var namesake = o.Namesake?.Metadata.Uid == o.Status.PodUID && o.Status.Source?.State == SourceState.Released ? null : o.Namesake;
        if (owner.Kind == OwnerKinds.None && namesake is { Metadata.DeletionTimestamp: not null })
        {
            return MoveStep.Wait(EndRecheck);
        }

        var message = $"{o.Status.Message}; its object had gone already, so the pod starts cold";
        return owner.Kind == OwnerKinds.None && namesake is null
            ? MoveMachine.Finish(o, Phases.Failed, o.Status.Reason, message, new MoveAction.CreatePod(owner.BarePod!))
            : MoveMachine.Finish(o, Phases.Failed, o.Status.Reason, message);
    }

    public static bool IsMarked(Observation o) => o.Migration.Metadata.Labels?.ContainsKey(Names.GateLabel) == true;

    /// <summary>A node that is gone for good, or of which somebody says so, runs nothing any more.</summary>
    private static bool HasEnded(Observation o)
        => o.Status.Source?.State == SourceState.Released
            || o.Cluster.Snapshot.Value.Node(o.Status.SourceNode ?? "") is not { } node
            || node.Taints.Any(t => t.Key == OutOfService);
}
