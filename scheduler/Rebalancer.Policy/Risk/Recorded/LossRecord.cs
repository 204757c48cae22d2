namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>What a pool's past says: of the hours in which all its machines were there, how many were followed by a loss within the horizon.</summary>
/// <param name="LostHours">&gt;= 0, at most <paramref name="SeenHours"/>.</param>
/// <param name="SeenHours">Hours whose outcome is known, discounted by their age where the record forgets.</param>
public readonly record struct LossRecord(double LostHours, double SeenHours)
{
    public static readonly LossRecord None = new(0, 0);

    /// <summary>The share of windows with a loss, drawn towards <paramref name="prior"/> as if that had been seen for <paramref name="priorHours"/>.</summary>
    public double Share(double prior, double priorHours) => (LostHours + (prior * priorHours)) / (SeenHours + priorHours);
}
