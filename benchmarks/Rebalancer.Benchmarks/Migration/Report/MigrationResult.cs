namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>One series as artifacts/bench-migration.json has it; the order of the properties is the file's. What was never measured is null, not 0.</summary>
internal sealed record MigrationResult
{
    public required string Method { get; init; }
    public required string Strategy { get; init; }
    public required int MemoryMb { get; init; }
    public required int WriteMbPerS { get; init; }

    /// <summary>0: unlimited.</summary>
    public required int LinkMbitPerS { get; init; }

    /// <summary>Moves that were made; fewer than asked for when one failed.</summary>
    public required int Moves { get; init; }
    public required double? StallP50Ms { get; init; }
    public required double? StallP99Ms { get; init; }
    public required double? FreezeP50Ms { get; init; }
    public required double? TotalP50Ms { get; init; }
    public required long? BytesP50 { get; init; }

    /// <summary>Mean of the moves.</summary>
    public required double? CpuSeconds { get; init; }
    public required int ConnectionsBroken { get; init; }
    public required long RepliesWrong { get; init; }

    public static MigrationResult Of(Combination combination, IReadOnlyList<MoveSample> samples, int connectionsBroken, long repliesWrong)
    {
        var stalls = samples.Select(sample => sample.StallMs).OfType<double>().ToArray();
        return new MigrationResult
        {
            Method = combination.Method,
            Strategy = samples is [var first, ..] ? first.Strategy : "none",
            MemoryMb = combination.MemoryMb,
            WriteMbPerS = combination.WriteMbPerS,
            LinkMbitPerS = combination.LinkMbitPerS,
            Moves = samples.Count,
            StallP50Ms = Rounded(Percentile.Of(stalls, 0.5), 1),
            StallP99Ms = Rounded(Percentile.Of(stalls, 0.99), 1),
            FreezeP50Ms = Rounded(Percentile.Of(samples.Select(sample => sample.FreezeMs), 0.5), 1),
            TotalP50Ms = Rounded(Percentile.Of(samples.Select(sample => sample.TotalMs), 0.5), 1),
            BytesP50 = (long?)Percentile.Of(samples.Select(sample => (double)sample.Bytes), 0.5),
            CpuSeconds = samples.Count == 0 ? null : Rounded(samples.Average(sample => sample.CpuSeconds), 3),
            ConnectionsBroken = connectionsBroken,
            RepliesWrong = repliesWrong,
        };
    }

    /// <summary>Same workload and link, whatever the method.</summary>
    public bool IsComparedWith(MigrationResult other) => (MemoryMb, WriteMbPerS, LinkMbitPerS) == (other.MemoryMb, other.WriteMbPerS, other.LinkMbitPerS);

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;
}
