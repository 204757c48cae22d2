namespace Rebalancer.Benchmarks.Migration;

/// <summary>What one series of moves is of.</summary>
/// <param name="MemoryMb">MiB of random values in the Redis.</param>
/// <param name="WriteMbPerS">Values overwritten meanwhile, 1,000,000 bytes a second; 0: idle but for the counter.</param>
/// <param name="LinkMbitPerS">Speed of each node's link; 0: unlimited.</param>
internal sealed record Combination(string Method, int MemoryMb, int WriteMbPerS, int LinkMbitPerS, int Moves)
{
    public string Workload => WriteMbPerS == 0 ? $"{MemoryMb} MB idle" : $"{MemoryMb} MB, {WriteMbPerS} MB/s";

    public string Link => LinkMbitPerS == 0 ? "unlimited" : $"{LinkMbitPerS} Mbit/s";

    /// <summary>Longest that one move may take: far beyond what any method needs, so that only something that hangs meets it.</summary>
    public TimeSpan MoveLimit => TimeSpan.FromSeconds(60 + (6 * CopySeconds));

    /// <summary>What the combination is expected to take on a machine that does nothing else.</summary>
    public TimeSpan Estimate => TimeSpan.FromSeconds(SetUpSeconds + (MemoryMb / FillMbPerS) + (Moves * (MoveSeconds + CopySeconds)));

    private const double SetUpSeconds = 20;
    private const double FillMbPerS = 100;
    private const double MoveSeconds = 4;

    /// <summary>Dump, restore and what lies between them, by memory; podman packs and unpacks its archive besides.</summary>
    private double MemoryMbPerS => Method == "podman" ? 100 : 250;

    private double CopySeconds => (MemoryMb / MemoryMbPerS) + (LinkMbitPerS == 0 ? 0 : MemoryMb * LinkMbit / LinkMbitPerS);

    /// <summary>One MiB on the link, with its headers.</summary>
    private const double LinkMbit = 8.8;
}
