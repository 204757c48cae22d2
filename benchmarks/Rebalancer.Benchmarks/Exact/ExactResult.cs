namespace Rebalancer.Benchmarks.Exact;

/// <param name="Instances">Whose optimum was proven.</param>
/// <param name="MeanGapPct">How much more the plans cost than the optimum, nodes and moves over the hours that count; likewise the largest.</param>
internal sealed record ExactResult(int Instances, double MeanGapPct, double MaxGapPct, int Optimal);
