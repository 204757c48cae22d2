namespace Rebalancer.Lab.Kubelet;

/// <summary>Delays between restarts of the containers of one pod: doubled at every restart, forgotten after twice the limit without one.</summary>
internal sealed class BackOff(TimeSpan initial, TimeSpan limit, TimeProvider time)
{
    private readonly Dictionary<string, (TimeSpan Delay, DateTimeOffset Updated)> entries = [];

    /// <summary>What is left of the delay after an exit at <paramref name="exitedAt"/>; zero when the container may start. Taking zero counts as a restart.</summary>
    public TimeSpan TakeOrWait(string container, DateTimeOffset exitedAt)
    {
        var now = time.GetUtcNow();
        if (entries.TryGetValue(container, out var entry) && exitedAt - entry.Updated <= 2 * limit)
        {
            var left = exitedAt + entry.Delay - now;
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            entries[container] = (entry.Delay * 2 < limit ? entry.Delay * 2 : limit, now);
            return TimeSpan.Zero;
        }

        entries[container] = (initial, now);
        return TimeSpan.Zero;
    }
}
