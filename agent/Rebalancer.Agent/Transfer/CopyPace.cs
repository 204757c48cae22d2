namespace Rebalancer.Agent.Transfer;

/// <summary>
/// Keeps what all moves of this node send ahead, while their pods run, under one rate. What is sent in a freeze goes as fast as it can. Safe for concurrent
/// use: each caller takes its place in one queue of time.
/// </summary>
/// <param name="rate">Bytes per second, asked for each time; 0: no limit.</param>
/// <param name="clock">For the queue and its waits.</param>
/// <param name="wider">Another, of which this is a part: whoever is let here waits there too.</param>
internal sealed class CopyPace(Func<long> rate, TimeProvider clock, CopyPace? wider = null)
{
    /// <summary>Unused time is not saved up beyond this, or a pause would be followed by a flood.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(20);
    private readonly Lock gate = new();
    private readonly long start = clock.GetTimestamp();
    private TimeSpan free;

    public CopyPace(long bytesPerSecond, TimeProvider clock) : this(() => bytesPerSecond, clock)
    {
    }

    /// <summary>A part of this with a rate of its own: the smaller of the two holds.</summary>
    public CopyPace Part(Func<long> partRate) => new(partRate, clock, this);

    /// <summary>Waits until so many bytes may be sent.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (rate() is > 0 and var bytesPerSecond) { await TakeOwnAsync(bytes, bytesPerSecond, cancellation); }
        if (wider is not null) { await wider.TakeAsync(bytes, cancellation); }
    }

    private async ValueTask TakeOwnAsync(long bytes, long bytesPerSecond, CancellationToken cancellation)
    {
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
