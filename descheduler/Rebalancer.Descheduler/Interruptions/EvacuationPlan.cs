using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>A pod that is not to be on its node when that goes away, and cannot move live.</summary>
internal sealed record Eviction(V1Pod Pod, string Why);

/// <summary>What all announced nodes together ask for.</summary>
internal sealed record EvacuationPlan
{
    /// <summary>In the order in which they are to begin.</summary>
    public ImmutableArray<Migration> Create { get; init; } = [];

    /// <summary>Moves that were held for this.</summary>
    public ImmutableArray<Migration> LetGo { get; init; } = [];

    /// <summary>Now, through the Eviction API.</summary>
    public ImmutableArray<Eviction> Evict { get; init; } = [];

    /// <summary>Moves of others that will not end in time.</summary>
    public ImmutableArray<Migration> Abort { get; init; } = [];

    /// <summary>Moves that nobody needs any more, and that have touched nothing yet.</summary>
    public ImmutableArray<Migration> Withdraw { get; init; } = [];

    /// <summary>Pods that stay until they are evicted, or until their node goes, with the reason.</summary>
    public ImmutableArray<(V1Pod Pod, Refusal Refusal)> Immovable { get; init; } = [];

    /// <summary>Announcements that cannot be read, by node: for those nothing else is done.</summary>
    public ImmutableArray<(V1Node Node, InvalidField Problem)> Problems { get; init; } = [];

    /// <summary>When to look again if nothing happens; null: only when something changes.</summary>
    public TimeSpan? LookAgainAfter { get; init; }
}
