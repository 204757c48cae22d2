using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Makes the source whole again, or hands it back to its owner's rules where it cannot be.</summary>
internal static class AbortingPhase
{
    /// <summary>Above any cost that people set by hand, so that the owner removes the replacement and not the source.</summary>
    public const string HighestDeletionCost = "2147483647";

    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    public static MoveStep Next(Observation o)
    {
        if (o.Status.Owner is not { } owner)
        {
            // A copy ahead of a notice that is given up is no failed move.
            var phase = o is { Migration.IsHeld: true, Source.Metadata.DeletionTimestamp: null } ? Phases.RolledBack : Phases.Failed;
            return MoveMachine.Finish(o, phase, o.Status.Reason, o.Status.Message);
        }

        if (GatedPods.IsGone(o))
        {
            return GatedPods.Orphaned(o, owner);
        }

        if (GatedPods.IsUnknown(o))
        {
            return MoveStep.Wait(Recheck);
        }

        if (GatedPods.IsMarked(o))
        {
            return MoveStep.Do(new MoveAction.MarkGate(IsClosed: false));
        }

        // What a Job's pod did to its end counts only once the Job has it back.
        var ended = o.Source?.Status?.Phase is "Succeeded" or "Failed";
        if (o.Source is not { Metadata.DeletionTimestamp: null } source || (ended && !OwnerKinds.LetsGoByLabel(owner.Kind)))
        {
            return SourceLost(o);
        }

        var late = o.PhaseAge.TotalSeconds >= o.Limits.AbortingSeconds;
        if (!late && !ended && Thawing(o, source) is { } wait)
        {
            return MoveStep.Wait(wait);
        }

        if (BudgetCheck.ToGive(source, o.Cluster).ToList() is { Count: > 0 } slots)
        {
            return MoveStep.Do([.. slots]);
        }

        return OwnerKinds.LetsGoByLabel(owner.Kind) ? GiveBack(o, owner, source, late, ended) : RolledBack(o);
    }

    /// <summary>How long to wait at most for a source that may still be frozen, or is not Ready yet; null once nothing is to be waited for.</summary>
    private static TimeSpan? Thawing(Observation o, V1Pod source)
    {
        var wasFrozen = o.Status.Conditions.IsTrue(Conditions.Prepared);
        var thawed = !wasFrozen || o.Status.Source?.State is SourceState.Thawed or SourceState.Refused;
        var left = TimeSpan.FromSeconds(o.Limits.ThawSeconds) - o.PhaseAge;
        return (thawed && PodMapping.IsReady(source)) || left <= TimeSpan.Zero ? null : left;
    }

    private static MoveStep GiveBack(Observation o, OwnerRecord owner, V1Pod source, bool late, bool ended)
    {
        if (o.Owner is null)
        {
            return ended ? SourceLost(o) : OwnerGone(o, owner, source);
        }

        var missing = (owner.RemovedLabels ?? new Dictionary<string, string>()).Where(l => source.Metadata.Labels?.ContainsKey(l.Key) != true).ToImmutableDictionary();
        if (!missing.IsEmpty)
        {
            return MoveStep.Do(new MoveAction.GiveBack(source, missing, HighestDeletionCost));
        }

        if (o.Replacement is { } replacement && !late)
        {
            return ended ? SourceLost(o) : Remove(o, replacement);
        }

        return PodMapping.Annotation(source, Names.PodDeletionCost) == HighestDeletionCost && owner.DeletionCost != HighestDeletionCost
            ? MoveStep.Do(new MoveAction.SetDeletionCost(source, owner.DeletionCost))
            : ended ? SourceLost(o) : RolledBack(o);
    }

    /// <summary>The owner removes the surplus; if it does not, a pod that can never start must not stay.</summary>
    private static MoveStep Remove(Observation o, V1Pod replacement)
    {
        var left = TimeSpan.FromSeconds(o.Limits.ReplacementRemovalSeconds) - o.PhaseAge;
        return left > TimeSpan.Zero || replacement.Metadata.DeletionTimestamp is not null
            ? MoveStep.Wait(left > TimeSpan.Zero ? left : Recheck)
            : new MoveStep([new MoveAction.DeletePod(replacement, GraceSeconds: 0)], Recheck);
    }

    /// <summary>Deleting an owner deletes its pods; the source was out of its sight when that happened.</summary>
    private static MoveStep OwnerGone(Observation o, OwnerRecord owner, V1Pod source)
    {
        var orphaned = o.Replacement is { Metadata.DeletionTimestamp: null } kept && kept.Metadata.OwnerReferences?.Any(r => r.Uid == owner.Uid) != true;
        return orphaned
            ? RolledBack(o)
            : MoveMachine.Finish(o, Phases.Failed, Reasons.OwnerChanged, $"{owner.Kind} {owner.Name} was deleted meanwhile, so was pod {source.Metadata.Name}",
                new MoveAction.DeletePod(source, GraceSeconds: null));
    }

    /// <summary>A claimed replacement never starts without its checkpoint: removed, so that the owner makes one that can.</summary>
    private static MoveStep SourceLost(Observation o)
    {
        if (o.Replacement is { Metadata.DeletionTimestamp: null } replacement)
        {
            return new MoveStep([new MoveAction.DeletePod(replacement, GraceSeconds: 0)], Recheck);
        }

        return MoveMachine.Finish(o, Phases.Failed, o.Status.Reason ?? Reasons.SourceLost, o.Status.Message ?? "the source pod is gone", AsSeen(o));
    }

    private static MoveStep RolledBack(Observation o)
        => MoveMachine.Finish(o, Phases.RolledBack, o.Status.Reason, o.Status.Message ?? "the source runs on", AsSeen(o));

    private static MoveAction.Confirm AsSeen(Observation o) => new(o.Migration.Spec.PodName, o.Status.PodUID!, o.Source);
}
