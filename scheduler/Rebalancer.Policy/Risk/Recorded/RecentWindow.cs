namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>Availability over the last ticks of a trace.</summary>
internal sealed class RecentWindow(PoolTrace trace, int ticks)
{
    private long running;
    private int held;

    /// <summary>Of the machines that are wanted; 1 where none are.</summary>
    public double AvailableShare => held == 0 || trace.Wanted == 0 ? 1 : running / ((double)held * trace.Wanted);

    public void Enter(int tick)
    {
        running += trace.Running[tick];
        held++;
        if (held > ticks)
        {
            running -= trace.Running[tick - ticks];
            held--;
        }
    }
}
