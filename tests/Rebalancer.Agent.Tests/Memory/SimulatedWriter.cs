using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>Pre-copy of a pod that writes all over its memory, at a rate that goes with the CPU it is left.</summary>
/// <param name="Memory">Bytes.</param>
/// <param name="Rate">Bytes that it writes in a second of all its CPU.</param>
/// <param name="Link">Bytes per second.</param>
internal sealed record SimulatedWriter(double Memory, double Rate, double Link)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every verdict, the last of which ends it.</summary>
    public List<PreCopyVerdict> Run(TimeSpan freezeBudget, bool canThrottle = true)
    {
        var rounds = new List<CopyRound> { new((long)Memory, TimeSpan.FromSeconds(Memory / Link)) };
        var verdicts = new List<PreCopyVerdict>();
        while (true)
        {
            verdicts.Add(PreCopyPolicy.Next(rounds, Now, new PreCopyLimits(null, freezeBudget, canThrottle)));
            if (!verdicts[^1].IsGoOn) { return verdicts; }
            var last = rounds[^1];
            var bytes = Math.Min(Memory, Rate * last.Share * last.Duration.TotalSeconds);
            rounds.Add(new CopyRound((long)bytes, TimeSpan.FromSeconds(bytes / Link), last.Duration, verdicts[^1].Share));
        }
    }
}
