using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Kubernetes.Informers;

/// <summary>How an informer reads.</summary>
public sealed record InformerOptions
{
    /// <summary>Objects per page of a list. Kubernetes' own clients use 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Longest watch that is asked for; the server ends it then and the informer goes on from the last version.</summary>
    public int WatchTimeoutSeconds { get; init; } = 300;

    /// <summary>How much longer than that a watch may last before the connection counts as dead.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of namespaces and names, which <see cref="Informer{T}.List"/> is in the order of; null: hashes that differ from process to process.</summary>
    public IEqualityComparer<(string Namespace, string Name)>? KeyComparer { get; init; }

    /// <summary>Seeds the jitter; take another one per process.</summary>
    public int JitterSeed { get; init; }
}

/// <summary>An informer whatever it holds, for those who run and await several.</summary>
public interface IInformer
{
    /// <summary>What it keeps a copy of.</summary>
    ApiResource Resource { get; }

    Task Synced { get; }

    /// <summary>Since when the copy may be behind: from the start to the first list, and from a failure to the list after it. Null while it is current.</summary>
    DateTimeOffset? UnsyncedSince { get; }
    Task RunAsync(CancellationToken cancellation);
}
