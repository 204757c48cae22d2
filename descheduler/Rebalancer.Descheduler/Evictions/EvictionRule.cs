using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>What the answer to an eviction depends on.</summary>
/// <param name="Pod">That is evicted.</param>
/// <param name="Node">Where it runs; null: unknown.</param>
/// <param name="Migrations">Of its namespace.</param>
internal sealed record EvictionView(V1Pod Pod, V1Node? Node, IReadOnlyCollection<Migration> Migrations, bool RuntimeClassExists, DateTimeOffset Now, MoveLimits Limits);

/// <summary>
/// An eviction becomes a move where the pod can move, and stays an eviction everywhere else. Never worse than a plain eviction: a move that was refused or
/// failed lets the next one pass, and nothing keeps it waiting that does not get on. Pure.
/// </summary>
internal static class EvictionRule
{
    /// <summary>Whoever drains a node asks again by the pod's name, which the moved pod still has.</summary>
    private static readonly TimeSpan AskedAgain = TimeSpan.FromSeconds(60);

    /// <summary>A move that failed for another reason than an eviction counts for so long.</summary>
    private static readonly TimeSpan TriedAgain = TimeSpan.FromMinutes(5);

    /// <summary>One pod, one Migration, whichever replica of the webhook is asked.</summary>
    public static string NameOf(V1Pod pod) => "evict-" + pod.Metadata.Uid;

    public static EvictionVerdict Decide(EvictionView view)
    {
        var pod = view.Pod;
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return new EvictionVerdict.Pass();
        }

        if (view.Migrations.FirstOrDefault(m => !Phases.IsFinal(m.Status.Phase) && Concerns(m, pod)) is { } moving)
        {
            return While(view, moving);
        }

        if (view.Migrations.Any(m => JustBrought(m, view)))
        {
            return new EvictionVerdict.Gone();
        }

        // Only now: a pod that has just been brought here may run before its status says so.
        if (pod.Status?.Phase != "Running")
        {
            return new EvictionVerdict.Pass();
        }

        return view.Migrations.FirstOrDefault(m => HasFailed(m, view)) is { } ended
            ? new EvictionVerdict.Pass($"pod {pod.Metadata.Name} is evicted: Migration {ended.Metadata.Name} ended as {ended.Status.Phase}: {ended.Status.Reason}: {ended.Status.Message}")
            : Begin(view);
    }

    /// <summary>A copy ahead of a notice that was given up says nothing of a move.</summary>
    private static bool HasFailed(Migration m, EvictionView view)
        => !m.IsHeld && (m.Status.PodUID == view.Pod.Metadata.Uid || m.Spec.PodUID == view.Pod.Metadata.Uid)
            && m.Status.Phase is Phases.Failed or Phases.RolledBack
            && (m.Metadata.Name == NameOf(view.Pod) || view.Now - m.Status.CompletedAt < TriedAgain);

    private static bool Concerns(Migration m, V1Pod pod)
        => m.Status.PodUID == pod.Metadata.Uid || m.Spec.PodUID == pod.Metadata.Uid || m.Status.Claim?.PodUID == pod.Metadata.Uid
            || (m.Status.PodUID is null && m.Spec.PodUID is null or "" && m.Spec.PodName == pod.Metadata.Name);

    private static EvictionVerdict While(EvictionView view, Migration m)
    {
        var message = $"Migration {m.Metadata.Name} moves pod {view.Pod.Metadata.Name} to node {m.Status.TargetNode ?? "(not chosen yet)"} (phase {(string.IsNullOrEmpty(m.Status.Phase) ? Phases.Pending : m.Status.Phase)})";
        var undecided = m.Status.Phase is null or "" or Phases.Pending or Phases.Preflight;
        var since = view.Now - (m.Metadata.CreationTimestamp ?? view.Now.UtcDateTime);
        return undecided && since > TimeSpan.FromSeconds(view.Limits.EvictionPendingSeconds) && !WaitsForItsTurn(m)
            ? new EvictionVerdict.Pass($"pod {view.Pod.Metadata.Name} is evicted: Migration {m.Metadata.Name} has not begun within {since.TotalSeconds:0} s")
            : m.IsHeld && m.Status.Decision == Decision.None ? new EvictionVerdict.LetGo(m, message) : new EvictionVerdict.Wait(message);
    }

    /// <summary>Both agents have answered, and other moves of its node, owner or budget are before it.</summary>
    private static bool WaitsForItsTurn(Migration m)
        => m.Status is { Phase: Phases.Preflight, Source.State: SourceState.Ready, Target.State: TargetState.Ready };

    /// <summary>A drain of the node where the pod is now is meant for this very pod.</summary>
    private static bool JustBrought(Migration m, EvictionView view)
        => m.Status is { Phase: Phases.Succeeded, CompletedAt: { } completed, Claim.PodUID: { } uid } && uid == view.Pod.Metadata.Uid
            && m.Spec.PodName == view.Pod.Metadata.Name
            && view.Now - completed < AskedAgain
            && view.Node is { Spec.Unschedulable: not true } node && node.Metadata.Annotations?.ContainsKey(Names.TerminatesAt) != true;

    private static EvictionVerdict Begin(EvictionView view)
    {
        var pod = PodMapping.ToModel(view.Pod, []);
        var budget = TimeSpan.FromSeconds(view.Limits.DefaultFreezeBudgetSeconds);
        var obstacles = Movability.Check(pod, budget, automatic: false).Select(i => i.Message).ToList();
        if (!view.RuntimeClassExists)
        {
            obstacles.Add($"RuntimeClass {Names.RuntimeHandler} does not exist");
        }

        if (view.Node?.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) != true)
        {
            obstacles.Add($"no agent runs on node {pod.NodeName}");
        }

        var deadline = Deadline(view);
        if (deadline <= view.Now)
        {
            obstacles.Add($"node {pod.NodeName} goes away too soon");
        }

        return obstacles.Count == 0 ? new EvictionVerdict.Move(deadline) : new EvictionVerdict.Pass(Belongs(view.Pod) ? $"evicted, not moved: {string.Join("; ", obstacles)}" : null);
    }

    /// <summary>Nobody expects a pod of a DaemonSet to move.</summary>
    private static bool Belongs(V1Pod pod) => pod.Metadata.OwnerReferences?.Any(r => r.Kind == "DaemonSet") != true;

    /// <summary>By when the move must have committed, so that the pod could still be evicted with its whole grace period.</summary>
    private static DateTimeOffset? Deadline(EvictionView view)
        => view.Node is { } node && NodeMapping.ToModel(node, []).TerminatesAt is { } end ? EvictionTimes.WithWholeGrace(view.Pod, end) : null;
}
