namespace Rebalancer.Agent.Transfer;

/// <summary>
/// Keeps what all moves of this node send ahead, while their pods run, under one rate. What is sent in a freeze goes as fast as it can. Safe for concurrent
/// use: each caller takes its place in one queue of time.
/// </summary>
/// <param name="bytesPerSecond">0: no limit.</param>
/// <param name="clock">For the queue and its waits.</param>
internal sealed class CopyPace(long bytesPerSecond, TimeProvider clock)
{
    /// <summary>Unused time is not saved up beyond this, or a pause would be followed by a flood.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(20);
    private readonly Lock gate = new();
    private readonly long start = clock.GetTimestamp();
    private TimeSpan free;

    /// <summary>Waits until so many bytes may be sent.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond == 0) { return; }
        TimeSpan wait;
        lock (gate)
        {
            var now = clock.GetElapsedTime(start);
            var begin = free > now - Burst ? free : now - Burst;
            free = begin + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = begin - now;
        }
        if (wait > TimeSpan.Zero) { await Task.Delay(wait, clock, cancellation); }
    }
}
