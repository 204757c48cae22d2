using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Makes the place on the target: record, take from the owner, bind the replacement, wait for the target.</summary>
internal static class PreparingPhase
{
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TurnRecheck = TimeSpan.FromMilliseconds(100);

    public static MoveStep Next(Observation o)
    {
        if (CommitGuard.Check(o) is { } refusal)
        {
            return MoveMachine.Abort(o, refusal.Reason, refusal.Message);
        }

        if (o.Status.Claim is not { } claim || o.Status.Owner is not { } owner)
        {
            return Admit(o);
        }

        if (o.Now >= claim.ExpiresAt)
        {
            return MoveMachine.Abort(o, Reasons.ClaimExpired, $"the target was not prepared by {claim.ExpiresAt:O}: {Missing(o, owner, claim)}");
        }

        if (owner.Gate && claim.PodUID is null)
        {
            return GatedPods.Exchange(o, owner, claim);
        }

        var left = (owner.RemovedLabels?.Keys ?? []).Where(k => o.Source?.Metadata.Labels?.ContainsKey(k) == true).ToImmutableArray();
        if (!left.IsEmpty)
        {
            return MoveStep.Do(new MoveAction.TakeLabels(o.Source!, left));
        }

        if (OwnerKinds.LetsGoByLabel(owner.Kind) && claim.PodUID is null && o.Replacement is { } replacement)
        {
            return Bind(o, replacement);
        }

        var bound = !owner.IsReplacedFirst || claim.PodUID is not null;
        return bound && o.Status.Target?.State == TargetState.Prepared
            ? Freeze(o, claim)
            : MoveStep.Wait(PhaseLimit.UntilDeadline(o, claim.ExpiresAt - o.Now));
    }

    private static MoveStep Admit(Observation o)
    {
        // The API server may refuse to answer the trial, or the record, for ever.
        var limit = o.Limits.SlotWaitSeconds + o.Limits.PreparingSeconds;
        if (o.PhaseAge.TotalSeconds >= limit)
        {
            return MoveMachine.Abort(o, Reasons.PhaseTimeout, $"what is to be taken from the owner could not be written down within {limit:0} s");
        }

        if (MoveSlots.WaitForOwner(o) is { } wait)
        {
            return Waiting.ForSlot(o, wait);
        }

        var expires = o.Now + TimeSpan.FromSeconds(o.Limits.PreparingSeconds);
        var pod = o.Source!;
        if (pod.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true) is not { } reference)
        {
            var record = BarePods.Record(pod);
            return MoveStep.Do(
                new MoveAction.TryPod(BarePods.Trial(record, o.Status.TargetNode!)),
                new MoveAction.RecordOwner(new OwnerRecord { Kind = OwnerKinds.None, BarePod = record, Gate = GatedPods.CanBe(o), Reattaches = GatedPods.HasClaims(pod) }, expires));
        }

        var unsupported = OwnerCheck.Ready(reference, o.Owner, pod);
        var labels = ImmutableDictionary<string, string>.Empty;
        if (unsupported is null && OwnerKinds.LetsGoByLabel(reference.Kind))
        {
            (labels, unsupported) = OwnerLabels.ToTake(pod, o.Owner!, o.Cluster);
        }

        return unsupported is not null
            ? MoveMachine.Abort(o, unsupported.Reason, unsupported.Message)
            : MoveStep.Do(new MoveAction.RecordOwner(Record(reference, labels, pod, GatedPods.CanBe(o)), expires));
    }

    private static OwnerRecord Record(V1OwnerReference reference, ImmutableDictionary<string, string> labels, V1Pod pod, bool gate) => new()
    {
        Kind = reference.Kind,
        Name = reference.Name,
        Uid = reference.Uid,
        RemovedLabels = labels,
        Gate = OwnerKinds.KeepsName(reference.Kind) && gate,
        Reattaches = GatedPods.HasClaims(pod),
        DeletionCost = Kubernetes.Mapping.PodMapping.Annotation(pod, Names.PodDeletionCost),
    };

    private static MoveStep Bind(Observation o, V1Pod replacement)
        => replacement.Spec.NodeName is { Length: > 0 } node && node != o.Status.TargetNode
            ? MoveMachine.Abort(o, Reasons.TargetConstraint, $"the replacement {replacement.Metadata.Name} was placed on {node} instead of {o.Status.TargetNode}")
            : MoveStep.Do(new MoveAction.BindClaim(replacement.Metadata.Name, replacement.Metadata.Uid));

    private static MoveStep Freeze(Observation o, Claim claim)
    {
        // A pod whose object has gone has taken its place in its budgets with it.
        if (o.Source is { } source && BudgetCheck.Check(source, o.Cluster) is { } budget)
        {
            return Waiting.For(o, budget, PhaseLimit.Recheck(o, Recheck, claim.ExpiresAt));
        }

        if (MoveSlots.WaitToFreeze(o) is { } turn)
        {
            return Waiting.For(o, turn, PhaseLimit.Recheck(o, TurnRecheck, claim.ExpiresAt));
        }

        if (o.Source is { } pod && BudgetCheck.ToTake(pod, o.Cluster).ToList() is { Count: > 0 } slots)
        {
            return MoveStep.Do([.. slots]);
        }

        var change = StatusChange.None.WithReason(null, null)
            .WithCondition(o, Conditions.Admitted, true, "Prepared", "the source may freeze")
            .WithCondition(o, Conditions.Prepared, true, "TargetPrepared", $"{o.Status.TargetNode} is prepared");
        return MoveStep.Do(MoveMachine.Enter(o, Phases.Freezing, change));
    }

    private static string Missing(Observation o, OwnerRecord owner, Claim claim)
    {
        if (OwnerKinds.LetsGoByLabel(owner.Kind) && claim.PodUID is null)
        {
            return claim.RequestUID is null
                ? $"{owner.Kind} {owner.Name} made no replacement that asked the claim webhook"
                : "a creation took the claim, but its pod never appeared";
        }

        if (owner.Gate && claim.PodUID is null)
        {
            return o.Source is null ? $"{owner.Kind} {owner.Name} did not make the pod again" : "the source agent did not keep the pod's processes from kubelet";
        }

        return o.Status.Target?.State == TargetState.Prepared
            ? o.Status.Message ?? "not admitted"
            : $"the target agent says '{o.Status.Target?.State}'{Scheduling(o.Replacement)}";
    }

    private static string Scheduling(V1Pod? replacement)
    {
        var condition = replacement?.Status?.Conditions?.FirstOrDefault(c => c.Type == "PodScheduled" && c.Status != "True");
        return condition is null ? "" : $", the replacement {replacement!.Metadata.Name} is not scheduled: {condition.Message}";
    }
}
