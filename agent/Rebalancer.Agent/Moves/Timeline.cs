using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>When what happened, in milliseconds since this agent began the move. Kept in memory and published after the critical path.</summary>
internal sealed class Timeline(TimeProvider clock)
{
    private const int MaximumEntries = 64;
    private readonly long start = clock.GetTimestamp();
    private readonly List<TimelineEntry> entries = [];

    public double NowMs => clock.GetElapsedTime(start).TotalMilliseconds;

    /// <returns>The instant, in milliseconds since the beginning.</returns>
    public double Mark(string step)
    {
        var at = NowMs;
        lock (entries)
        {
            if (entries.Count < MaximumEntries) { entries.Add(new TimelineEntry { Step = step, AtMs = Math.Round(at, 2) }); }
        }
        return at;
    }

    public IList<TimelineEntry> Snapshot()
    {
        lock (entries) { return [.. entries]; }
    }
}
