namespace Rebalancer.Agent.Memory;

/// <summary>What one round of pre-copy sent, and how long that took.</summary>
internal readonly record struct CopyRound(long Bytes, TimeSpan Duration)
{
    /// <summary>0 while nothing can be told.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Bytes / Duration.TotalSeconds : 0;
}

/// <param name="IsGoOn">One more round pays.</param>
/// <param name="Reason">Why not.</param>
internal readonly record struct PreCopyVerdict(bool IsGoOn, string Reason);

/// <summary>When pre-copy ends. Pure.</summary>
internal static class PreCopyPolicy
{
    /// <summary>What is sent in this time does not lengthen a freeze: it goes beside CRIU's dump.</summary>
    public static readonly TimeSpan EnoughLeft = TimeSpan.FromMilliseconds(10);
    public const int MaximumRounds = 30;
    /// <summary>The next round must send less than this part of the last.</summary>
    private const double Progress = 0.8;
    private const int RoundsWithoutProgress = 2;
    /// <summary>Time that the rest of the move takes beside the next round.</summary>
    private static readonly TimeSpan RestOfMove = TimeSpan.FromSeconds(15);

    /// <param name="rounds">So far, at least one.</param>
    /// <param name="now">Present instant.</param>
    /// <param name="deadline">By which the move must have committed.</param>
    public static PreCopyVerdict Next(IReadOnlyList<CopyRound> rounds, DateTimeOffset now, DateTimeOffset? deadline)
    {
        var last = rounds[^1];
        // What was written during the last round is what the next one has to send, at the best rate that the link has shown.
        var left = rounds.Count == 1 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(last.Bytes / Math.Max(1, rounds.Max(round => round.BytesPerSecond)));
        if (last.Bytes == 0 || left <= EnoughLeft) { return new(false, "little is left to send"); }
        if (rounds.Count >= MaximumRounds) { return new(false, "no more rounds are made"); }
        if (deadline is { } end && now + last.Duration + RestOfMove > end) { return new(false, "the deadline is near"); }
        var stalled = rounds.Count > RoundsWithoutProgress && Enumerable.Range(0, RoundsWithoutProgress).All(back => rounds[^(1 + back)].Bytes > rounds[^(2 + back)].Bytes * Progress);
        return stalled ? new(false, "the pod writes as fast as the link sends") : new(true, "");
    }
}
