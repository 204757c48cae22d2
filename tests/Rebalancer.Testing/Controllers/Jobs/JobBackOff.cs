namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>How long a Job waits before it replaces failed pods: 10 s after the first failure in a row, twice as long after each further one, at most 10 min.</summary>
/// <param name="Failures">Failures since the last success.</param>
/// <param name="LastFailure">Null when there were none.</param>
internal sealed record JobBackOff(int Failures, DateTimeOffset? LastFailure)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static JobBackOff None { get; } = new(0, null);

    /// <summary>A success forgets every failure before it.</summary>
    public JobBackOff After(IReadOnlyCollection<DateTimeOffset> successes, IReadOnlyCollection<DateTimeOffset> failures)
    {
        if (successes.Count > 0)
        {
            var last = successes.Max();
            return None.After([], [.. failures.Where(f => f > last)]);
        }

        return failures.Count == 0 ? this : new(Failures + failures.Count, failures.Max());
    }

    public TimeSpan Remaining(DateTimeOffset now)
    {
        if (LastFailure is not { } last || Failures == 0)
        {
            return TimeSpan.Zero;
        }

        var pause = Math.Min(First.TotalSeconds * Math.Pow(2, Failures - 1), Longest.TotalSeconds);
        var remaining = last + TimeSpan.FromSeconds(pause) - now;
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
