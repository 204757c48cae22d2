namespace Rebalancer.Rebalancing.WhatIf.Events;

/// <summary>What is going to happen, in order of time, and of entry at the same instant; and the clock that goes with it.</summary>
internal sealed class Agenda(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<Action, (long Ticks, long Entry)> events = new();
    private long entries;

    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>How much has happened.</summary>
    public long Happened { get; private set; }

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Not before now.</summary>
    public void At(DateTimeOffset when, Action what) => events.Enqueue(what, (Math.Max(when.UtcTicks, Now.UtcTicks), entries++));

    public void After(TimeSpan time, Action what) => At(Now + time, what);

    /// <summary>Everything up to the end, that instant included.</summary>
    public void RunUntil(DateTimeOffset end, CancellationToken cancellation)
    {
        while (events.TryPeek(out var next, out var at) && at.Ticks <= end.UtcTicks)
        {
            cancellation.ThrowIfCancellationRequested();
            events.Dequeue();
            Happened++;
            Now = new DateTimeOffset(at.Ticks, TimeSpan.Zero);
            next();
        }

        Now = end;
    }
}
