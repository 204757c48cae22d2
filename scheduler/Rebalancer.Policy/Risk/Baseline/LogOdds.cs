namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>Probabilities on the scale on which evidence adds up.</summary>
public static class LogOdds
{
    /// <param name="probability">Above 0 and below 1.</param>
    public static double Of(double probability) => Math.Log(probability / (1 - probability));

    public static double Back(double logOdds) => 1 / (1 + Math.Exp(-logOdds));
}
