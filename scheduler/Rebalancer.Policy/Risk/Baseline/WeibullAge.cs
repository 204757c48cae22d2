using MathNet.Numerics.Optimization;

namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>
/// How much the age of a machine changes its hazard, by a Weibull law in proportion to the pool's rate: rate x scale x shape x hours^(shape - 1). Spot machines have
/// a shape below 1: those that have lasted go on lasting.
/// </summary>
/// <param name="Shape">&gt; 0; 1 is no effect of age.</param>
/// <param name="Scale">&gt; 0; in hours^(1 - shape).</param>
public readonly record struct WeibullAge(double Shape, double Scale)
{
    /// <summary>Between the two fleets on record: 0.44 of 1442 preemptible machines of GCE in 2019 (Kadupitiya, Jadhao, Sharma: arXiv 1911.05160), 0.6 to 0.8 of EC2's spot traces ("Can't Be Late", NSDI 2024).</summary>
    public const double UsualShape = 0.6;

    public static readonly WeibullAge None = new(1, 1);

    private const double LowestShape = 0.3;
    private const double HighestShape = 1.5;

    /// <summary>Draws the logarithm of the shape to that of <see cref="UsualShape"/> with a standard deviation of 0.16, so that few lifetimes change little.</summary>
    private const double Ridge = 20;

    /// <summary>Losses that speak for a mean factor of 1 over the first day.</summary>
    private const double PriorLosses = 5;
    private const double PriorHours = 24;
    private const double Tolerance = 1e-6;
    private const int MostSteps = 200;

    /// <summary>The same shape for pools whose rate is the mean over that many hours of a machine's life: over them the factor's mean is 1.</summary>
    public static WeibullAge WithMeanOneOver(double hours, double shape) => new(shape, Math.Pow(hours, 1 - shape));

    /// <summary>
    /// The most likely law, with those still alive counted as such (right-censored). The scale is known in closed form for each shape, so that a search over the shape remains.
    /// </summary>
    public static WeibullAge Fit(IReadOnlyCollection<Lifetime> lifetimes)
    {
        var ended = lifetimes.Count(l => l.Ended);
        var logShape = GoldenSectionMinimizer.Minimum(
            ObjectiveFunction.ScalarValue(x => Cost(lifetimes, ended, Math.Exp(x))), Math.Log(LowestShape), Math.Log(HighestShape), Tolerance, MostSteps).MinimizingPoint;
        var shape = Math.Clamp(Math.Exp(logShape), LowestShape, HighestShape);
        return new WeibullAge(shape, BestScale(lifetimes, ended, shape));
    }

    /// <summary>Hours of the pool's rate to which the hours from one age to another amount.</summary>
    public double Between(double fromHours, double toHours) => Scale * (Math.Pow(toHours, Shape) - Math.Pow(fromHours, Shape));

    /// <summary>Negative logarithm of the likelihood at the best scale, less what does not depend on the shape.</summary>
    private static double Cost(IReadOnlyCollection<Lifetime> lifetimes, int ended, double shape)
    {
        var scale = BestScale(lifetimes, ended, shape);
        var logs = lifetimes.Where(l => l.Ended).Sum(l => Math.Log(l.Hours));
        var off = Math.Log(shape / UsualShape);
        return -(ended * Math.Log(scale * shape)) - ((shape - 1) * logs) + (scale * Exposure(lifetimes, shape)) + (Ridge * off * off);
    }

    private static double BestScale(IReadOnlyCollection<Lifetime> lifetimes, int ended, double shape) =>
        (ended + PriorLosses) / (Exposure(lifetimes, shape) + (PriorLosses / Math.Pow(PriorHours, 1 - shape)));

    private static double Exposure(IReadOnlyCollection<Lifetime> lifetimes, double shape) => lifetimes.Sum(l => l.RatePerHour * Math.Pow(l.Hours, shape));
}
