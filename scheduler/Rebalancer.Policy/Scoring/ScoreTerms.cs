namespace Rebalancer.Policy.Scoring;

/// <summary>What having a pod on a node costs, US dollars per hour: the one place where numbers become a score. Each term is 0 or more.</summary>
/// <param name="Cost">The part of the node that the pod uses up.</param>
/// <param name="Risk">Interruptions, times what the pod loses by one.</param>
/// <param name="Preferences">Wishes of the pod that the node does not meet.</param>
/// <param name="Packing">Room that would be left lopsided.</param>
/// <param name="Cpu">A processor on which a running pod may fail to go on.</param>
public readonly record struct ScoreTerms(double Cost, double Risk, double Preferences, double Packing, double Cpu)
{
    /// <summary>Room that fits nothing any more is paid for by nobody: what a full percent of imbalance is worth, as a share of the node's price.</summary>
    private const double PackingShare = 0.1;

    /// <summary>A processor on which the pod may fail to go on costs it the way back: as much as the node itself.</summary>
    private const double CpuShare = 1;

    public double UsdPerHour => Cost + Risk + Preferences + Packing + Cpu;

    /// <param name="price">Of the node, US dollars per hour.</param>
    /// <param name="share">See <see cref="NodeRoom.Share"/>.</param>
    /// <param name="imbalance">See <see cref="NodeRoom.Imbalance"/>.</param>
    public static ScoreTerms Of(double price, double share, double imbalance, double risk, double preferences, bool goesOn)
        => new(price * share, risk, preferences, price * PackingShare * imbalance, goesOn ? 0 : price * CpuShare);
}
