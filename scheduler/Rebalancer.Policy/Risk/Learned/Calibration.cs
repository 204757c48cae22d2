using Rebalancer.Policy.Risk.Baseline;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>Platt's correction: a line in log-odds.</summary>
public readonly record struct Calibration(double Offset, double Slope)
{
    public static readonly Calibration None = new(0, 1);

    /// <summary>As many windows speak for leaving everything as it is.</summary>
    private const double PriorWindows = 300;
    private const int MostSteps = 25;
    private const double Converged = 1e-9;

    public double Apply(double probability) => this == None ? probability : Math.Clamp(LogOdds.Back(Offset + (Slope * LogOdds.Of(probability))), 1e-6, 1 - 1e-6);

    /// <summary>Newton's method on the logistic likelihood of two parameters.</summary>
    public static Calibration Fit(IReadOnlyList<Forecast> forecasts)
    {
        var prior = PriorWindows / Math.Max(1, forecasts.Count);
        var (offset, slope) = (0.0, 1.0);
        for (var step = 0; step < MostSteps; step++)
        {
            var (g0, g1, h00, h01, h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
            foreach (var f in forecasts)
            {
                var x = LogOdds.Of(f.Probability);
                var p = LogOdds.Back(offset + (slope * x));
                var error = (f.Weight * ((f.Lost ? 1 : 0) - p)) + (prior * (f.Probability - p));
                var curve = (f.Weight + prior) * p * (1 - p);
                (g0, g1, h00, h01, h11) = (g0 + error, g1 + (error * x), h00 + curve, h01 + (curve * x), h11 + (curve * x * x));
            }

            var determinant = (h00 * h11) - (h01 * h01);
            var (d0, d1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            (offset, slope) = (offset + d0, slope + d1);
            if (Math.Abs(d0) + Math.Abs(d1) < Converged) { break; }
        }

        // A line that falls would turn the ranking round: that is no calibration.
        return double.IsFinite(offset) && slope > 0 ? new Calibration(offset, slope) : None;
    }
}

/// <summary>A probability that was stated beforehand, and what happened.</summary>
public readonly record struct Forecast(double Probability, bool Lost, double Weight);
