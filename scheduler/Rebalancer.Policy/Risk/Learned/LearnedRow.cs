using Microsoft.ML.Data;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>One row as Microsoft.ML reads it; the names of the columns are its own.</summary>
internal sealed class LearnedRow
{
    [VectorType(RiskFeatures.Count)]
    public float[] Features { get; init; } = [];

    public bool Label { get; init; }

    public float Weight { get; init; }
}
