namespace Rebalancer.Scheduler.Scores;

/// <summary>
/// Dollars per hour as kube-scheduler's 0 to 10, in proportion to money: 10 for the cheapest node, 5 for one where the pod costs twice as much. So a difference
/// of pennies stays one, however the other nodes are, and does not outweigh what other plugins say.
/// </summary>
internal static class ScoreScale
{
    public const int Best = 10;
    public const int Worst = 0;

    /// <param name="usdPerHour">0 and up.</param>
    /// <param name="leastUsdPerHour">Of the nodes that are asked about.</param>
    public static int Of(double usdPerHour, double leastUsdPerHour)
        => usdPerHour <= leastUsdPerHour ? Best : (int)Math.Round(Best * leastUsdPerHour / usdPerHour, MidpointRounding.AwayFromZero);
}
