using System.Globalization;

namespace Rebalancer.Agent.Memory;

/// <summary>What one round of pre-copy sent, and how long that took.</summary>
/// <param name="Bytes">Of pages.</param>
/// <param name="Duration">Of sending them.</param>
/// <param name="Writing">For how long the pod had written them: since the round before began. 0 for the first, which sends all there is.</param>
/// <param name="Share">Of its CPU that the pod was left while this round was sent.</param>
internal readonly record struct CopyRound(long Bytes, TimeSpan Duration, TimeSpan Writing = default, double Share = 1)
{
    /// <summary>0 while nothing can be told.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Bytes / Duration.TotalSeconds : 0;

    /// <summary>0 while nothing can be told.</summary>
    public double WrittenPerSecond => Writing > TimeSpan.Zero ? Bytes / Writing.TotalSeconds : 0;
}

/// <summary>How far the first round is, which sends all memory.</summary>
/// <param name="Bytes">Of the pod's memory, about.</param>
/// <param name="Sent">Of these.</param>
/// <param name="Elapsed">Since it began.</param>
internal readonly record struct FirstRound(long Bytes, long Sent, TimeSpan Elapsed)
{
    /// <summary>Until it is over, at the rate so far.</summary>
    public TimeSpan Left => Sent > 0 ? Elapsed * (Math.Max(0, Bytes - Sent) / (double)Sent) : TimeSpan.MaxValue;
}

/// <param name="IsGoOn">One more round pays.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Share">Of its CPU that the pod is to have from now on.</param>
internal readonly record struct PreCopyVerdict(bool IsGoOn, string Reason, double Share = 1);

/// <param name="Deadline">By which the move must have committed.</param>
/// <param name="FreezeBudget">Longest freeze that is accepted.</param>
/// <param name="CanThrottle">The pod may be slowed down.</param>
/// <param name="FinalScan">What the freeze will take to tell which pages were written last, where that grows with the memory.</param>
internal readonly record struct PreCopyLimits(DateTimeOffset? Deadline, TimeSpan FreezeBudget, bool CanThrottle, TimeSpan FinalScan = default)
{
    /// <summary>Part of the freeze budget for the memory. The rest is for CRIU's dump, the restore and the commit.</summary>
    private const double MemoryPart = 0.5;

    /// <summary>What of the freeze there is for sending; negative: telling what was written takes more than there is already.</summary>
    public TimeSpan SendBudget => (FreezeBudget * MemoryPart) - FinalScan;

    /// <summary>Why the freeze will be too long however little is left to send; null: it need not be.</summary>
    public string? ScanExcess => SendBudget > TimeSpan.Zero || FinalScan == TimeSpan.Zero ? null : string.Create(CultureInfo.InvariantCulture,
        $"looking through the memory once more takes about {FinalScan.TotalSeconds:0.0} s of a freeze of at most {FreezeBudget.TotalSeconds:0.0} s");
}

/// <summary>When pre-copy ends, and when the pod must be slowed down for it to. Pure.</summary>
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

    /// <summary>
    /// From the end of the copying until a target only waits for the checkpoint: the pod is made there, its sandbox, and CRIU is started (0.25 s is the fastest
    /// that was seen; where it takes longer it is waited for in any case).
    /// </summary>
    private static readonly TimeSpan TargetLead = TimeSpan.FromMilliseconds(400);
    /// <summary>What the second round may take of a pod that is calm: little beside <see cref="TargetLead"/>, which depends on others.</summary>
    private static readonly TimeSpan CalmRound = TimeSpan.FromMilliseconds(50);
    /// <summary>Of a shorter time no rate can be told.</summary>
    private static readonly TimeSpan LeastElapsed = TimeSpan.FromMilliseconds(20);

    /// <summary>A held move's pod is left alone for so long between two rounds: what it rewrites meanwhile is sent once, and about so much of its writes is left when it is let go.</summary>
    private static readonly TimeSpan UsualHoldPause = TimeSpan.FromSeconds(5);
    /// <summary>Where a round reads all memory, a twentieth of the time may go into that.</summary>
    private const double ScanPauses = 19;

    /// <param name="scan">What looking through all memory takes, where a round has to.</param>
    public static TimeSpan HoldPause(TimeSpan scan) => scan * ScanPauses > UsualHoldPause ? scan * ScanPauses : UsualHoldPause;

    /// <param name="rounds">So far, at least one.</param>
    /// <param name="now">Present instant.</param>
    public static PreCopyVerdict Next(IReadOnlyList<CopyRound> rounds, DateTimeOffset now, PreCopyLimits limits)
    {
        var last = rounds[^1];
        // What was written during the last round is what the next one has to send, at the best rate that the link has shown.
        var left = rounds.Count == 1 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(last.Bytes / Math.Max(1, rounds.Max(round => round.BytesPerSecond)));
        if (last.Bytes == 0 || left <= EnoughLeft) { return Stop("little is left to send"); }
        var fits = ThrottlePolicy.Fits(rounds, limits);
        if (last.Share < 1 && fits) { return Stop($"what is left fits into the freeze, with the pod at {Percent(last.Share)} of its CPU,"); }
        if (limits.Deadline is { } end && now + last.Duration + RestOfMove > end) { return Stop("the deadline is near"); }
        if (IsStalled(rounds))
        {
            if (!fits && limits.CanThrottle && limits.ScanExcess is null && last.Share > ThrottlePolicy.Floor) { return new(true, "", ThrottlePolicy.Next(rounds)); }
            var pod = last.Share < 1 ? $"even at {Percent(last.Share)} of its CPU the pod" : "the pod";
            var excess = fits ? "" : string.Create(CultureInfo.InvariantCulture, $", and what is left takes {ThrottlePolicy.Left(rounds).TotalSeconds:0.0} s of a freeze of at most {limits.FreezeBudget.TotalSeconds:0.0} s,");
            return Stop($"{pod} writes as fast as the link sends{excess}");
        }
        return rounds.Count >= MaximumRounds ? Stop("no more rounds are made") : new(true, "", last.Share);

        PreCopyVerdict Stop(string reason) => new(false, reason, last.Share);
    }

    /// <summary>Whether what is left of the first round takes no longer than it takes to make the target ready.</summary>
    public static bool IsNearlyOver(FirstRound round) => round.Elapsed >= LeastElapsed && round.Left <= TargetLead;

    /// <summary>Whether the second round takes but a moment, so that the target can be made ready before the first is over: it has not to wait then, nor the pod's Services to do without it.</summary>
    /// <param name="round">So far.</param>
    /// <param name="writtenBytes">By the pod since it began; null: that is not known.</param>
    public static bool IsCalm(FirstRound round, long? writtenBytes) => writtenBytes is { } written && round.Elapsed > TimeSpan.Zero
        && written / (double)round.Sent * (round.Elapsed + round.Left) <= CalmRound;

    private static bool IsStalled(IReadOnlyList<CopyRound> rounds)
    {
        var share = rounds[^1].Share;
        var atShare = rounds.Reverse().TakeWhile(round => round.Share.Equals(share)).Count();
        // The first round after a step still sends what was written before it: the next one shows what the step did.
        if (share < 1) { return atShare > 1 && HasNoProgress(0); }
        return rounds.Count > RoundsWithoutProgress && Enumerable.Range(0, RoundsWithoutProgress).All(HasNoProgress);

        bool HasNoProgress(int back) => rounds[^(1 + back)].Bytes > rounds[^(2 + back)].Bytes * Progress;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
