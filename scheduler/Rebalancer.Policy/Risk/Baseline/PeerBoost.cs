using MathNet.Numerics.Optimization;

namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>Interruptions come together: each one of a peer adds to the hazard of the others, and what it adds is gone within minutes.</summary>
/// <param name="PerInterruption">Interruptions of one machine that follow from one of a peer, &gt;= 0.</param>
public readonly record struct PeerBoost(double PerInterruption)
{
    /// <summary>92 % of those that follow another in the same type and zone come within 3 minutes: 3 / -ln 0.08.</summary>
    public const double DecayMinutes = 1.19;

    public static readonly PeerBoost None = new(0);

    /// <summary>In a fleet of p3 spot machines, 9.8 % of those that were left went within 3 minutes of each of 167 interruptions (Bamboo, NSDI 2023).</summary>
    public static readonly PeerBoost Usual = new(0.1);

    private const double DecayHours = DecayMinutes / 60;
    private const double Least = 1e-4;
    private const double Tolerance = 1e-4;
    private const int MostSteps = 200;

    /// <summary>Of a load, what is left after so many hours.</summary>
    public static double Kept(double hours) => Math.Exp(-hours / DecayHours);

    /// <summary>The boost under which the losses that were seen are most likely; none where that is no better.</summary>
    /// <param name="rows">Expected losses without a boost, load of peers, weight, and what happened.</param>
    public static PeerBoost Fit(IReadOnlyList<(double Expected, double Load, double Weight, bool Lost)> rows, double horizonHours)
    {
        if (!rows.Any(r => r.Load > 0)) { return None; }
        var reach = 1 - Kept(horizonHours);

        // By its logarithm, because the search widens its bounds and may not reach below 0.
        var best = Math.Exp(GoldenSectionMinimizer.Minimum(ObjectiveFunction.ScalarValue(x => Cost(rows, Math.Exp(x) * reach)), Math.Log(Least), 0, Tolerance, MostSteps).MinimizingPoint);
        return best > Least && Cost(rows, best * reach) < Cost(rows, 0) ? new PeerBoost(Math.Min(best, 1)) : None;
    }

    /// <summary>Expected interruptions that this load adds over the coming hours.</summary>
    public double Over(double load, double hours) => PerInterruption * load * (1 - Kept(hours));

    private static double Cost(IReadOnlyList<(double Expected, double Load, double Weight, bool Lost)> rows, double perLoad)
    {
        var sum = 0.0;
        foreach (var (expected, load, weight, lost) in rows)
        {
            var total = expected + (perLoad * load);
            sum += weight * (lost ? -Math.Log(1 - Math.Exp(-total)) : total);
        }

        return sum;
    }
}
