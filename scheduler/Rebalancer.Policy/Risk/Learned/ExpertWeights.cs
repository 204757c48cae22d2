using System.Collections.Immutable;
using Rebalancer.Policy.Risk.Baseline;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>
/// How far each of several forecasters is trusted, by the forecasts it has made: Bayes' rule with a fixed share (Herbster, Warmuth: Machine Learning 32, 1998), under
/// which the one that is best may change.
/// </summary>
/// <param name="Prior">What each is trusted before it has forecast anything, above 0; in sum 1.</param>
/// <param name="Current">In the same order; in sum 1.</param>
public sealed record ExpertWeights(ImmutableArray<double> Prior, ImmutableArray<double> Current)
{
    /// <summary>Another one is the best once in fifty windows, as far as anybody knows beforehand.</summary>
    public const double ChangePerWindow = 0.02;

    /// <summary>A forecast counts as no surer than that: one surprise is not to rule anybody out.</summary>
    private const double LeastJudged = 1e-3;
    private const double LeastMixed = 1e-6;

    public static ExpertWeights Of(ImmutableArray<double> prior) => new(prior, prior);

    /// <summary>The mean in log-odds, on which scale one who is sure is heard.</summary>
    public double Mix(IReadOnlyList<double> forecasts)
    {
        var sum = 0.0;
        for (var i = 0; i < Current.Length; i++) { sum += Current[i] * LogOdds.Of(Math.Clamp(forecasts[i], LeastMixed, 1 - LeastMixed)); }
        return LogOdds.Back(sum);
    }

    /// <param name="forecasts">What each said of a window.</param>
    /// <param name="lost">What became of it.</param>
    /// <param name="windows">What it counts for, above 0 and at most 1: windows that overlap count as one in all.</param>
    public ExpertWeights Learn(IReadOnlyList<double> forecasts, bool lost, double windows)
    {
        var likely = new double[Current.Length];
        for (var i = 0; i < likely.Length; i++)
        {
            var forecast = Math.Clamp(forecasts[i], LeastJudged, 1 - LeastJudged);
            likely[i] = Current[i] * Math.Pow(lost ? forecast : 1 - forecast, windows);
        }

        var sum = likely.Sum();
        var changed = 1 - Math.Pow(1 - ChangePerWindow, windows);
        return this with { Current = [.. likely.Select((l, i) => ((1 - changed) * l / sum) + (changed * Prior[i]))] };
    }

    public override string ToString() => string.Join(" / ", Current.Select(w => FormattableString.Invariant($"{w:0%}")));
}
