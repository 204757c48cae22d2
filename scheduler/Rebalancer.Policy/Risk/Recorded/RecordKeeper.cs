namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>A pool's two records, tick by tick.</summary>
internal sealed class RecordKeeper(double gapHours)
{
    private readonly double kept = Math.Exp(-gapHours / Observing.RecentHours);

    public LossRecord Ever { get; private set; }

    public LossRecord Recent { get; private set; }

    /// <param name="lost">What became of the window that has just ended; null where there was none, because machines were missing at its start.</param>
    public void Step(bool? lost)
    {
        var seen = lost is null ? 0 : gapHours;
        var hit = lost is true ? gapHours : 0;
        Ever = new LossRecord(Ever.LostHours + hit, Ever.SeenHours + seen);
        Recent = new LossRecord((Recent.LostHours * kept) + hit, (Recent.SeenHours * kept) + seen);
    }
}
