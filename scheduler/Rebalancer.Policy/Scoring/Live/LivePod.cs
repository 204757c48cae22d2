namespace Rebalancer.Policy.Scoring.Live;

/// <summary>What a placed pod holds: as little as can be kept for each of many.</summary>
/// <param name="Requests">Amounts by column.</param>
/// <param name="Neighbours">See <see cref="NeighbourTable.KeyOf"/>.</param>
internal readonly record struct LivePod(string Node, long[] Requests, string Neighbours);
