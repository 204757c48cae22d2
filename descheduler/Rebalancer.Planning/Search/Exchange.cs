using System.Collections.Immutable;

namespace Rebalancer.Planning.Search;

/// <summary>
/// Where the threads meet. Each posts what it has when it reaches a milestone of its budget, and goes on from another's post of the same milestone
/// if that is better: equally cool states are compared, not a hot one with a frozen one. Also the record of the best cost over time.
/// </summary>
internal sealed class Exchange(int threads, long cost)
{
    public const int Milestones = 40;

    /// <summary>A cost enters the record when it is better than the last by this share: the record stays short.</summary>
    private const double Resolution = 0.0005;
    private readonly Lock gate = new();
    private readonly (long Cost, int[] Assignment)?[] posts = new (long, int[])?[Milestones + 1];
    private readonly List<SearchPoint> progress = [new(TimeSpan.Zero, cost)];
    private long best = cost;

    /// <returns>A better assignment of another thread at this milestone, or null.</returns>
    public int[]? Compare(int milestone, long present, ReadOnlySpan<int> assignment)
    {
        if (threads == 1) { return null; }
        lock (gate)
        {
            if (posts[milestone] is { } post && post.Cost < present) { return post.Assignment; }
            posts[milestone] = (present, assignment.ToArray());
            return null;
        }
    }

    public void Report(long reached, TimeSpan elapsed)
    {
        if (reached >= Interlocked.Read(ref best)) { return; }
        lock (gate)
        {
            if (reached >= best) { return; }
            best = reached;
            if (reached <= progress[^1].Cost * (1 - Resolution)) { progress.Add(new(elapsed, reached)); }
        }
    }

    /// <summary>The record, ending with the best.</summary>
    public ImmutableArray<SearchPoint> Progress(TimeSpan end)
    {
        lock (gate) { return progress[^1].Cost == best ? [.. progress] : [.. progress, new(end, best)]; }
    }
}
