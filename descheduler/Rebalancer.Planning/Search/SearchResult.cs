using System.Collections.Immutable;

namespace Rebalancer.Planning.Search;

/// <summary>Why a search ended.</summary>
public enum SearchStop
{
    TimeLimit,
    Iterations,
    Cancelled,
}

/// <summary>A cost that was reached, and when.</summary>
public readonly record struct SearchPoint(TimeSpan Elapsed, long Cost);

/// <summary>The best assignment found.</summary>
/// <param name="Assignment">A bin per item.</param>
/// <param name="Iterations">Moves tried, by all threads.</param>
/// <param name="Progress">The best cost of any thread over time, thinned out.</param>
public sealed record SearchResult(ImmutableArray<int> Assignment, long InitialCost, long Cost, long Iterations, SearchStop Stop, ImmutableArray<SearchPoint> Progress);
