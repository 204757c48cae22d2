namespace Rebalancer.Agent.Cluster;

/// <summary>Waits between tries: doubling from first to longest, each shortened by up to a half at random so that agents do not come back in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random, TimeProvider clock)
{
    private int tries;

    public TimeSpan Next()
    {
        var exponent = Math.Min(tries++, 20);
        var full = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, exponent));
        return TimeSpan.FromMilliseconds(full * (0.5 + random.NextDouble() / 2));
    }

    public void Reset() => tries = 0;

    public Task WaitAsync(CancellationToken cancellation) => Task.Delay(Next(), clock, cancellation);
}
