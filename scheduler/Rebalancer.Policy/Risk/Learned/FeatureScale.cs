using System.Collections.Immutable;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>Brings features to mean 0 and deviation 1, and cuts what lies further out than anything that was learned from.</summary>
internal sealed record FeatureScale(ImmutableArray<float> Means, ImmutableArray<float> Deviations)
{
    private const float Furthest = 3;
    private const float LeastDeviation = 1e-6f;

    public static FeatureScale Of(IReadOnlyList<float[]> rows)
    {
        var means = new float[RiskFeatures.Count];
        var deviations = new float[RiskFeatures.Count];
        for (var i = 0; i < means.Length; i++)
        {
            var mean = rows.Average(r => (double)r[i]);
            means[i] = (float)mean;
            deviations[i] = (float)Math.Sqrt(rows.Average(r => (r[i] - mean) * (r[i] - mean))) + LeastDeviation;
        }

        return new FeatureScale([.. means], [.. deviations]);
    }

    public float[] Apply(float[] features)
    {
        var scaled = new float[features.Length];
        for (var i = 0; i < scaled.Length; i++) { scaled[i] = Math.Clamp((features[i] - Means[i]) / Deviations[i], -Furthest, Furthest); }
        return scaled;
    }
}
