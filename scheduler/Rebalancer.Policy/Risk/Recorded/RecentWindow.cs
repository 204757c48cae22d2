namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>Availability and losses over the last ticks of a trace.</summary>
internal sealed class RecentWindow(PoolTrace trace, int ticks)
{
    private long running;
    private int losses;
    private int held;

    /// <summary>Of the machines that are wanted; 1 where none are.</summary>
    public double AvailableShare => held == 0 || trace.Wanted == 0 ? 1 : running / ((double)held * trace.Wanted);

    /// <summary>A window that has not filled for an hour yet counts as one: a loss at the very start says little of a day.</summary>
    public double LossesPerDay => losses / Math.Max(held * trace.GapHours, 1) * 24;

    public void Enter(int tick)
    {
        running += trace.Running[tick];
        losses += trace.IsLoss(tick) ? 1 : 0;
        held++;
        if (held > ticks)
        {
            running -= trace.Running[tick - ticks];
            losses -= trace.IsLoss(tick - ticks) ? 1 : 0;
            held--;
        }
    }
}
