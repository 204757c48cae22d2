namespace Rebalancer.Benchmarks.Migration;

/// <summary>What is measured.</summary>
internal sealed record MigrationOptions
{
    public const string Ours = "rebalancer";
    public static readonly string[] AllMethods = ["runc", "podman", Ours];

    public IReadOnlyList<string> Methods { get; init; } = AllMethods;

    /// <summary>MiB of values.</summary>
    public IReadOnlyList<int> MemoryMb { get; init; } = [64, 512, 1024, 4096];

    /// <summary>0: idle; others are rates in MB/s.</summary>
    public IReadOnlyList<int> WriteMbPerS { get; init; } = [0, 50];

    /// <summary>Mbit/s; 0: unlimited.</summary>
    public IReadOnlyList<int> LinkMbitPerS { get; init; } = [0, 1000];

    public int Moves { get; init; } = 10;

    public string Artifacts { get; init; } = "artifacts";
}
