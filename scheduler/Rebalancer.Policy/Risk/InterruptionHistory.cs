using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk;

/// <summary>A machine was taken away, or its end was announced.</summary>
/// <param name="Pool">As <see cref="MachineInfo.Pool"/>.</param>
public readonly record struct Interruption(string Pool, string Node, DateTimeOffset At);

/// <summary>What is known of interruptions up to now. Everything in it is optional: what is missing is answered from the advisor.</summary>
/// <param name="Interruptions">In any order; those after the moment of the question are not looked at.</param>
/// <param name="NodeHours">By pool: over how many hours of its machines they happened, &gt;= 0.</param>
public sealed record InterruptionHistory(ImmutableArray<Interruption> Interruptions, ImmutableDictionary<string, double> NodeHours)
{
    public static readonly InterruptionHistory Empty = new([], ImmutableDictionary<string, double>.Empty);

    /// <summary>Notice that clouds give, at least: 30 seconds (GCP, Azure); EC2 gives two minutes.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(30);

    /// <summary>Pools as they stand in a recording, for a trained model; empty where there is none.</summary>
    public ImmutableDictionary<string, PoolSituation> Situations { get; init; } = ImmutableDictionary<string, PoolSituation>.Empty;

    /// <summary>What a snapshot shows by itself: spot nodes whose end is announced were interrupted when the announcement came.</summary>
    public static InterruptionHistory Of(ClusterSnapshot snapshot, DateTimeOffset now) => Empty with
    {
        Interruptions = [.. snapshot.Nodes.Where(n => n.Machine.Capacity == CapacityType.Spot && n.TerminatesAt is not null)
            .Select(n => new Interruption(n.Machine.Pool, n.Name, Earlier(n.TerminatesAt!.Value - Notice, now)))],
    };

    /// <summary>Interruptions of others in the pool, each counting less the longer ago it was.</summary>
    internal double PeerLoad(string pool, string node, DateTimeOffset now) =>
        Interruptions.Where(i => i.Pool == pool && i.Node != node && i.At <= now).Sum(i => PeerBoost.Kept((now - i.At).TotalHours));

    internal (int Interruptions, double NodeHours) Record(string pool, DateTimeOffset now) =>
        NodeHours.GetValueOrDefault(pool) is > 0 and <= double.MaxValue and var hours ? (Interruptions.Count(i => i.Pool == pool && i.At <= now), hours) : (0, 0);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
