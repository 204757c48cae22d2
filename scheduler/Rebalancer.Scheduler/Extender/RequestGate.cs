namespace Rebalancer.Scheduler.Extender;

/// <summary>So many requests at once, and no queue: whoever waits in one has given up before its turn.</summary>
internal sealed class RequestGate(int limit)
{
    private int inside;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref inside) <= limit)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref inside);
}
