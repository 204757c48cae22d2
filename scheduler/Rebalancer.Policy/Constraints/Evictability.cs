using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Whether a pod that cannot move live may be evicted instead, where a policy says so: it starts anew elsewhere, without its memory and its connections.</summary>
public static class Evictability
{
    /// <summary>What keeps pods from a node that a plan empties; any value, since each plan has its own.</summary>
    private const string EmptyingTaint = "rebalancer.dev/emptying";

    /// <returns>Why not; null: it may.</returns>
    public static string? Refusal(PodInfo pod)
        => pod is not { Phase: "Running", Terminating: false } ? $"pod {pod.FullName} does not run"
            : pod.Shape.Mirror || pod.Owner is null ? $"pod {pod.FullName} would not be started anew: no controller owns it"
            : pod.Owner.Kind is "DaemonSet" or "Node" ? $"pod {pod.FullName} belongs to its node"
            : pod.Owner.Kind is "Job" ? $"pod {pod.FullName} of Job {pod.Owner.Name} would lose its work"
            : pod.Shape.DoNotDisrupt is { } mark ? $"pod {pod.FullName} has {mark}"
            : pod.Placement.Tolerations.Any(t => t.Tolerates(new Taint(EmptyingTaint, "", "NoSchedule"))) ? $"pod {pod.FullName} tolerates {EmptyingTaint}, and might come back to the node that it was to leave"
            : null;
}
