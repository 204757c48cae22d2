using System.Collections.Immutable;

namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>A moment at which all machines of a pool were there, and whether one was lost within the horizon.</summary>
/// <param name="OutcomeTick">The last tick of the horizon: the outcome is known from then on.</param>
public readonly record struct Observation(int Tick, int OutcomeTick, PoolSituation Situation, bool Lost);

/// <summary>A pool's trace with what was to be seen at each moment.</summary>
/// <param name="HorizonHours">Over which losses count.</param>
public sealed record PoolRecording(PoolTrace Trace, double HorizonHours, ImmutableArray<Observation> Observations)
{
    /// <summary>One in so many ticks is enough to learn from: neighbours say the same.</summary>
    private const double LearningGapHours = 1.0 / 12;

    public int TickAt(double share) => (int)(share * Trace.Running.Length);

    /// <summary>Moments whose outcome was known before that share of the time had passed.</summary>
    public IEnumerable<Observation> Before(double share)
    {
        var end = TickAt(share);
        return Observations.Where(o => o.OutcomeTick < end || share >= 1);
    }

    public IEnumerable<Observation> Within(double from, double to)
    {
        var (start, end) = (TickAt(from), TickAt(to));
        return Observations.Where(o => o.Tick >= start && o.Tick < end);
    }

    /// <summary>Of <see cref="Before"/>, those to learn from, and the weight of each: windows that overlap count as one in all.</summary>
    public (IReadOnlyList<Observation> Observations, double Weight) ToLearn(double share)
    {
        var stride = Trace.Ticks(LearningGapHours);
        return ([.. Before(share).Where(o => o.Tick % stride == 0)], Math.Min(1, stride * Trace.GapHours / HorizonHours));
    }
}
