namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>One move that was made.</summary>
/// <param name="StallMs">The client's longest wait for one reply; null when its connection broke instead.</param>
/// <param name="Bytes">From node to node, both directions.</param>
/// <param name="CpuSeconds">User and system, beyond what the nodes use while nothing moves.</param>
/// <param name="Phases">For people only.</param>
internal sealed record MoveSample(string Strategy, double? StallMs, double FreezeMs, double TotalMs, long Bytes, double CpuSeconds, string Phases = "");
