namespace Rebalancer.Kubernetes.Leases;

/// <summary>Which Lease is held, and how.</summary>
public sealed record LeaseOptions
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>Whoever holds it; another one for each process.</summary>
    public required string Identity { get; init; }

    /// <summary>A holder that has been silent for so long has lost it.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two tries to get or to keep it; a few must fit into <see cref="Duration"/>.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How much earlier than the others a holder takes it for lost: it must have ended what it does by then.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(10);
}
