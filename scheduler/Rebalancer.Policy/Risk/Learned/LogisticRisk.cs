using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>
/// A logistic regression on few features, trained by Microsoft.ML. It is held to the baseline by a catalytic prior (Huang, Stein, Rubin, Kou: PNAS 117, 2020): each
/// situation stands in the training data twice more, with a loss and without one, weighted by what the baseline expects. With few losses it says what the
/// baseline says. Only its weights are kept, so that asking it takes no library.
/// </summary>
public sealed record LogisticRisk
{
    /// <summary>What the prior weighs in all, in windows of a horizon's length.</summary>
    internal const double PriorWindows = 100;
    private const float L2 = 1;

    private LogisticRisk(BaselineRisk baseline, FeatureScale scale, ImmutableArray<float> weights, float bias) => (Baseline, Scale, Weights, Bias) = (baseline, scale, weights, bias);

    public BaselineRisk Baseline { get; }

    public ImmutableArray<float> Weights { get; }

    public float Bias { get; }

    private FeatureScale Scale { get; }

    /// <param name="until">Learns from what was known before that share of the time; there must be something, and both outcomes in it.</param>
    public static LogisticRisk Train(IReadOnlyList<PoolRecording> pools, double until, BaselineRisk baseline, int seed)
    {
        var learned = pools.Select(p => p.ToLearn(until)).SelectMany(l => l.Observations.Select(o => (Observation: o, l.Weight))).ToList();
        var features = learned.ConvertAll(l => RiskFeatures.Of(baseline, l.Observation.Situation));
        var scale = FeatureScale.Of(features);
        var prior = PriorWindows / learned.Count;
        var rows = new List<LearnedRow>(3 * learned.Count);
        for (var i = 0; i < learned.Count; i++)
        {
            var scaled = scale.Apply(features[i]);
            var expected = baseline.Probability(learned[i].Observation.Situation);
            rows.Add(new LearnedRow { Features = scaled, Label = learned[i].Observation.Lost, Weight = (float)learned[i].Weight });
            rows.Add(new LearnedRow { Features = scaled, Label = true, Weight = (float)(prior * expected) });
            rows.Add(new LearnedRow { Features = scaled, Label = false, Weight = (float)(prior * (1 - expected)) });
        }

        var linear = Fit(rows, seed);
        return new LogisticRisk(baseline, scale, [.. linear.Weights], linear.Bias);
    }

    /// <summary>Chance of a loss within the horizon, above 0 and below 1.</summary>
    public double Probability(in PoolSituation situation)
    {
        var scaled = Scale.Apply(RiskFeatures.Of(Baseline, situation));
        double sum = Bias;
        for (var i = 0; i < scaled.Length; i++) { sum += Weights[i] * scaled[i]; }
        return Math.Clamp(LogOdds.Back(sum), 1e-6, 1 - 1e-6);
    }

    /// <summary>One thread, because the order in which threads add up would change the last digits.</summary>
    private static LinearBinaryModelParameters Fit(List<LearnedRow> rows, int seed)
    {
        var ml = new MLContext(seed);
        var trainer = ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            ExampleWeightColumnName = nameof(LearnedRow.Weight),
            L1Regularization = 0,
            L2Regularization = L2,
            NumberOfThreads = 1,
        });
        BinaryPredictionTransformer<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>> fitted = trainer.Fit(ml.Data.LoadFromEnumerable(rows));
        return fitted.Model.SubModel;
    }
}
