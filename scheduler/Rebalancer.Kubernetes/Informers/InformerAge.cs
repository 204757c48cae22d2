namespace Rebalancer.Kubernetes.Informers;

/// <summary>How far behind a set of caches is.</summary>
public static class InformerAge
{
    /// <summary>How long the cache that is most behind has been so; zero where all are current.</summary>
    public static TimeSpan Unsynced(IEnumerable<IInformer> informers, TimeProvider clock)
    {
        var longest = TimeSpan.Zero;
        foreach (var informer in informers)
        {
            if (informer.UnsyncedSince is { } since && clock.GetUtcNow() - since is var behind && behind > longest)
            {
                longest = behind;
            }
        }

        return longest;
    }
}
