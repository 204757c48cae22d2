namespace Rebalancer.Agent.Memory;

/// <summary>How far a pod is slowed down that writes faster than the link sends, and whether what it leaves fits into a freeze. Pure.</summary>
internal static class ThrottlePolicy
{
    /// <summary>Of the CPU that the pod used: below it the pod counts as stopped for whoever uses it, and a freeze is shorter.</summary>
    public const double Floor = 0.2;
    /// <summary>What is aimed at, as a part of what the link sends: each round is then clearly smaller than the one before.</summary>
    private const double Goal = 0.7;
    /// <summary>Of one step: a pod that has little to lose is not braked hard at once, and a wrong measurement does not last.</summary>
    private const double LargestStep = 0.3, SmallestStep = 0.1;

    /// <summary>How long the freeze would send what the last round sent, at the rate that the link keeps up: what a small round shows is its buffers.</summary>
    public static TimeSpan Left(IReadOnlyList<CopyRound> rounds) =>
        rounds[^1].Bytes == 0 ? TimeSpan.Zero : Sustained(rounds) is > 0 and var rate ? TimeSpan.FromSeconds(Math.Min(rounds[^1].Bytes / rate, TimeSpan.MaxValue.TotalSeconds / 2)) : TimeSpan.MaxValue;

    public static bool Fits(IReadOnlyList<CopyRound> rounds, PreCopyLimits limits) => Left(rounds) <= limits.SendBudget;

    /// <returns>The next share of the CPU that the pod used: less than now unless that is the floor.</returns>
    public static double Next(IReadOnlyList<CopyRound> rounds)
    {
        var now = rounds[^1].Share;
        // What is written in a round is at most all of the pod's pages, so that a fast writer's rate looks smaller than it is: hence more than one step.
        var written = rounds[^1].WrittenPerSecond;
        var wanted = written > 0 ? now * Goal * Sustained(rounds) / written : 0;
        return Math.Max(Floor, Math.Round(Math.Clamp(wanted, now - LargestStep, now - SmallestStep), 2));
    }

    private static double Sustained(IReadOnlyList<CopyRound> rounds) => rounds.MaxBy(round => round.Bytes).BytesPerSecond;
}
