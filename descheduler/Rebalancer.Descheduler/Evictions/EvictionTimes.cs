using k8s.Models;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>By when a pod must have left a node that goes away, so that what did not work can still end well. Pure.</summary>
internal static class EvictionTimes
{
    /// <summary>What a graceful end of the pod needs beyond its own grace period before its node is gone.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Of the grace period, where the whole of it and a move do not both fit into the notice: a cloud that gives 30 s gives no pod the usual 30 s of grace
    /// either way, and most end within a second or two of being told.
    /// </summary>
    private static readonly TimeSpan ShortGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortMargin = TimeSpan.FromSeconds(5);

    /// <summary>A pod that is evicted then has its whole grace period.</summary>
    public static DateTimeOffset WithWholeGrace(V1Pod pod, DateTimeOffset end) => end - Grace(pod) - Margin;

    /// <summary>The last instant for a move: a pod whose move fails then still ends gracefully if it takes seconds.</summary>
    public static DateTimeOffset WithShortGrace(V1Pod pod, DateTimeOffset end) => end - (Grace(pod) < ShortGrace ? Grace(pod) : ShortGrace) - ShortMargin;

    private static TimeSpan Grace(V1Pod pod) => TimeSpan.FromSeconds(pod.Spec?.TerminationGracePeriodSeconds ?? 30);
}
