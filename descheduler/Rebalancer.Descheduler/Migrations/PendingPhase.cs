using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Validates and resolves; refuses with a typed reason before anything is touched.</summary>
internal static class PendingPhase
{
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OtherLimit = TimeSpan.FromSeconds(30);
    private static readonly string[] MayPass = [Reasons.NoTarget, Reasons.DisruptionBudget, Reasons.OwnerRollingOut];

    public static MoveStep Next(Observation o)
    {
        var refusals = ImmutableArray.CreateBuilder<Refusal>();
        var budgetIsValid = FreezeBudget.TryParse(o.Migration.Spec.FreezeBudget, o.Limits, out var budget, out var problem);
        refusals.AddRange(Asked(o));
        if (!budgetIsValid)
        {
            refusals.Add(new Refusal(Reasons.InvalidSpec, problem!));
        }

        if (refusals.Count == 0 && EndsSoon(o) is { } other)
        {
            return Waiting.For(o, other, Recheck);
        }

        if (refusals.Count == 0)
        {
            refusals.AddRange(Pod(o, budget));
        }

        if (refusals.Count > 0)
        {
            return RefuseOrWait(o, Refusal.Join(refusals.ToImmutable())!);
        }

        var (target, refusal) = Target(o);
        return refusal is null ? Proceed(o, target!, budget) : RefuseOrWait(o, refusal);
    }

    private static IEnumerable<Refusal> Asked(Observation o)
    {
        var spec = o.Migration.Spec;
        if (o.Migration.Metadata.DeletionTimestamp is not null)
        {
            yield return new Refusal(Reasons.UserAborted, "the Migration was deleted before it began");
        }

        else if (o.Migration.Metadata.Annotations?.TryGetValue(Names.Abort, out var abort) == true && abort == "true")
        {
            yield return new Refusal(Reasons.UserAborted, $"annotation {Names.Abort}=true");
        }

        if (spec.PodName.Length == 0)
        {
            yield return new Refusal(Reasons.InvalidSpec, "spec.podName is empty");
        }

        if (spec.Strategy is not (Strategies.Auto or Strategies.PreCopy or Strategies.PostCopy or Strategies.StopAndCopy))
        {
            yield return new Refusal(Reasons.StrategyUnsupported, $"spec.strategy is '{spec.Strategy}', expected Auto, PreCopy, PostCopy or StopAndCopy");
        }

        if (spec.Cutover is not (Cutovers.Now or Cutovers.OnNotice))
        {
            yield return new Refusal(Reasons.InvalidSpec, $"spec.cutover is '{spec.Cutover}', expected Now or OnNotice");
        }

        else if (spec is { Cutover: Cutovers.OnNotice, Strategy: Strategies.StopAndCopy or Strategies.PostCopy })
        {
            yield return new Refusal(Reasons.StrategyUnsupported, $"spec.strategy is {spec.Strategy}: with spec.cutover OnNotice the memory is copied ahead, which Auto and PreCopy do");
        }

        if (spec.CpuPolicy is not ("Strict" or "Ignore"))
        {
            yield return new Refusal(Reasons.InvalidSpec, $"spec.cpuPolicy is '{spec.CpuPolicy}', expected Strict or Ignore");
        }

        if (spec.Throttle is not (Throttles.Auto or Throttles.Never))
        {
            yield return new Refusal(Reasons.InvalidSpec, $"spec.throttle is '{spec.Throttle}', expected Auto or Never");
        }

        if (!o.Cluster.RuntimeClassExists)
        {
            yield return new Refusal(Reasons.RuntimeUnsupported, $"RuntimeClass {Names.RuntimeHandler} does not exist, so no pod could be restored");
        }

        if (CommitGuard.Deadline(o) is { } late)
        {
            yield return late;
        }
    }

    /// <summary>A copy that is only held ends where somebody wants the pod moved; the move that brought the pod has but its last steps left.</summary>
    private static Refusal? EndsSoon(Observation o)
    {
        if (o.Namesake is not { } pod || o.PhaseAge >= OtherLimit)
        {
            return null;
        }

        var held = o.Migration.IsHeld ? null : Hold.Of(pod.Metadata.Uid, o.Cluster.OtherMigrations);
        return held is not null ? new Refusal(Reasons.AlreadyMoving, $"Migration {held.Metadata.Name} holds a copy of the pod, and gives way")
            : Twins.Bringing(pod.Metadata.Uid, o.Cluster.OtherMigrations) is { } bringing ? new Refusal(Reasons.AlreadyMoving, $"Migration {bringing.Metadata.Name}, which brings the pod, has not ended")
            : null;
    }

    private static ImmutableArray<Refusal> Pod(Observation o, TimeSpan budget)
    {
        var name = o.Migration.Metadata.NamespaceProperty + "/" + o.Migration.Spec.PodName;
        if (o.Namesake is not { } pod)
        {
            return [new Refusal(Reasons.PodNotFound, $"there is no pod {name}")];
        }

        if (o.Migration.Spec.PodUID is { Length: > 0 } pinned && pinned != pod.Metadata.Uid)
        {
            return [new Refusal(Reasons.PodReplaced, $"pod {name} has uid {pod.Metadata.Uid}, spec.podUID is {pinned}")];
        }

        if ((Twins.Moving(pod.Metadata.Uid, o.Cluster.OtherMigrations) ?? Twins.Bringing(pod.Metadata.Uid, o.Cluster.OtherMigrations)) is { } other)
        {
            return [new Refusal(Reasons.AlreadyMoving, $"Migration {other.Metadata.Name} already moves pod {name}")];
        }

        var info = PodMapping.ToModel(pod, []);
        var refusals = MovabilityRefusals.Check(info, () => o.Cluster.Snapshot.Value.Storage, () => o.Cluster.Snapshot.Value.Node(info.NodeName), budget, automatic: o.Migration.Spec.Reason is not (MoveReasons.Manual or MoveReasons.Eviction));
        if (!refusals.IsEmpty)
        {
            return refusals;
        }

        var later = pod.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true) is { } owner ? Owner(owner, pod, o) : null;
        return (later ?? BudgetCheck.Check(pod, o.Cluster)) is { } refusal ? [refusal] : [];
    }

    private static Refusal? Owner(V1OwnerReference owner, V1Pod pod, Observation o)
        => OwnerCheck.Ready(owner, o.Owner, pod) ?? (OwnerKinds.LetsGoByLabel(owner.Kind) ? OwnerLabels.ToTake(pod, o.Owner!, o.Cluster).Refusal : null);

    private static (string? Target, Refusal? Refusal) Target(Observation o)
    {
        var snapshot = o.Cluster.Snapshot.Value;
        var pod = PodMapping.ToModel(o.Namesake!, []);
        if (snapshot.Node(pod.NodeName) is { AgentEndpoint: null or "" } or null)
        {
            return (null, new Refusal(Reasons.AgentMissing, $"no agent runs on source node {pod.NodeName}"));
        }

        if (o.Migration.Spec.TargetNode is { Length: > 0 } asked)
        {
            return TargetChooser.Check(snapshot, pod, asked) is { } rejection ? (null, ToRefusal(rejection)) : (asked, null);
        }

        var choice = new TargetChooser(PolicyRules.Default.Pricing).Choose(snapshot, pod);
        return choice.Node is { } node ? (node, null) : (null, new Refusal(Reasons.NoTarget, choice.Explain()));
    }

    private static Refusal ToRefusal(Rejection rejection)
    {
        var reason = rejection.Kind switch
        {
            RejectionKind.Unknown => Reasons.TargetUnknown,
            RejectionKind.IsSource => Reasons.TargetIsSource,
            RejectionKind.AgentMissing => Reasons.AgentMissing,
            RejectionKind.Doomed => Reasons.TargetDoomed,
            RejectionKind.Unready => Reasons.TargetUnready,
            RejectionKind.PodLimit or RejectionKind.Resources => Reasons.TargetNoRoom,
            _ => Reasons.TargetConstraint,
        };
        return new Refusal(reason, "target node " + rejection);
    }

    /// <summary>A pod that must leave waits for what may pass; a person who asked for a move is told at once.</summary>
    private static MoveStep RefuseOrWait(Observation o, Refusal refusal)
    {
        var patienceSeconds = o.Migration.Spec.Reason switch
        {
            MoveReasons.Manual => 0,
            MoveReasons.Eviction => o.Limits.EvictionPendingSeconds,
            MoveReasons.Maintenance => double.PositiveInfinity,
            _ => o.Limits.PendingSeconds,
        };
        if (MayPass.Contains(refusal.Reason) && o.PhaseAge.TotalSeconds < patienceSeconds)
        {
            return Waiting.For(o, refusal, Recheck);
        }

        var change = StatusChange.None.SetItem("phaseStartedAt", o.Now).SetItem("completedAt", o.Now)
            .WithReason(refusal.Reason, refusal.Message)
            .WithCondition(o, Conditions.Complete, false, refusal.Reason, refusal.Message);
        return MoveStep.Do(
            new MoveAction.Abort(o.Phase, Phases.Failed, change),
            new MoveAction.Tell(OnPod: false, Warning: true, refusal.Reason, refusal.Message),
            new MoveAction.Tell(OnPod: true, Warning: true, refusal.Reason, refusal.Message));
    }

    private static MoveStep Proceed(Observation o, string target, TimeSpan budget)
    {
        var pod = o.Namesake!;
        var change = StatusChange.None
            .SetItem("podUID", pod.Metadata.Uid)
            .SetItem("sourceNode", pod.Spec.NodeName)
            .SetItem("targetNode", target)
            .SetItem("strategy", "StopAndCopy")
            .SetItem("freezeBudgetMs", (long)budget.TotalMilliseconds)
            .WithReason(null, null)
            .WithCondition(o, Conditions.Admitted, true, "Validated", $"pod {pod.Metadata.Name} may move from {pod.Spec.NodeName} to {target}");
        return MoveStep.Do(
            new MoveAction.LabelNodes(pod.Spec.NodeName, target),
            MoveMachine.Enter(o, Phases.Preflight, change),
            new MoveAction.Tell(OnPod: true, Warning: false, "LiveMigration", $"Migration {o.Migration.Metadata.Name} {(o.Migration.IsHeld ? "copies this pod ahead of a notice" : "moves this pod")} from {pod.Spec.NodeName} to {target}"));
    }
}
