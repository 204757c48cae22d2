using System.Collections.Immutable;

namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>How many machines of a pool ran, recorded at even intervals.</summary>
/// <param name="Type">What kind of machine; pools of the same type are peers.</param>
/// <param name="Zone">Where; pools of the same zone are peers.</param>
/// <param name="GapSeconds">Between two counts, &gt; 0.</param>
/// <param name="Running">Machines at each tick, &gt;= 0; traces of one set start together.</param>
public sealed record PoolTrace(string Type, string Zone, double GapSeconds, ImmutableArray<int> Running)
{
    /// <summary>As many as there ever were: that many are wanted.</summary>
    public int Wanted { get; } = Running.IsDefaultOrEmpty ? 0 : Running.Max();

    public string Name => Type.Length == 0 ? Zone : $"{Zone}_{Type}";

    public double GapHours => GapSeconds / 3600;

    /// <summary>All that are wanted are there. A pool that never had a machine is in no such state.</summary>
    public bool IsFull(int tick) => Wanted > 0 && Running[tick] == Wanted;

    public bool IsLoss(int tick) => tick > 0 && Running[tick] < Running[tick - 1];

    public bool IsPeerOf(PoolTrace other) => !ReferenceEquals(this, other) && (Zone == other.Zone || Type == other.Type);

    /// <summary>Ticks in a span of time, to the nearest, at least one.</summary>
    public int Ticks(double hours) => Math.Max(1, (int)Math.Round(hours / GapHours));
}
