using System.Text.Json;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Soak;

/// <summary>One move of a soak.</summary>
internal sealed record SoakMove
{
    public required int Number { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    /// <summary>From the source's shield closing to the address answering on the target.</summary>
    public required double FreezeMs { get; init; }
    /// <summary>The client's longest wait for one reply during this move.</summary>
    public required double StallMs { get; init; }
    public required long Bytes { get; init; }
    /// <summary>Of these: what went over compressed, before and after.</summary>
    public long CompressedFromBytes { get; init; }
    public long CompressedToBytes { get; init; }
    /// <summary>From creating the Migration to its end.</summary>
    public required double TotalMs { get; init; }
    /// <summary>Milliseconds since each agent took the move up.</summary>
    public IList<TimelineEntry> SourceTimeline { get; init; } = [];
    public IList<TimelineEntry> TargetTimeline { get; init; } = [];

    public static SoakMove Of(int number, Migration migration, double stallMs, double totalMs) => new()
    {
        Number = number,
        From = migration.Status.SourceNode ?? "",
        To = migration.Status.TargetNode ?? "",
        FreezeMs = migration.Status.Target?.FreezeMs ?? 0,
        StallMs = Math.Round(stallMs, 1),
        Bytes = migration.Status.Source?.Bytes ?? 0,
        CompressedFromBytes = migration.Status.Source?.CompressedFromBytes ?? 0,
        CompressedToBytes = migration.Status.Source?.CompressedToBytes ?? 0,
        TotalMs = Math.Round(totalMs),
        SourceTimeline = migration.Status.Source?.Timeline ?? [],
        TargetTimeline = migration.Status.Target?.Timeline ?? [],
    };
}

/// <summary>All moves of one pod on one kind of cgroup.</summary>
internal sealed record SoakSeries
{
    /// <summary>"v1" or "v2".</summary>
    public required string Cgroup { get; init; }
    /// <summary>One of OwnerKinds.</summary>
    public required string Owner { get; init; }
    public required IReadOnlyList<SoakMove> Moves { get; init; }
    public required long Replies { get; init; }
    public required long RepliesWrong { get; init; }
    public required int ConnectionsBroken { get; init; }
    /// <summary>What ended the series early; null when every move was made and the client saw nothing.</summary>
    public required string? Failure { get; init; }

    public double FreezeP50Ms => Percentile.Of(Moves.Select(move => move.FreezeMs), 0.5);
    public double FreezeP99Ms => Percentile.Of(Moves.Select(move => move.FreezeMs), 0.99);
    public double StallP50Ms => Percentile.Of(Moves.Select(move => move.StallMs), 0.5);
    public double StallP99Ms => Percentile.Of(Moves.Select(move => move.StallMs), 0.99);
}

/// <summary>The content of artifacts/soak.json.</summary>
internal sealed record SoakReport(IReadOnlyList<SoakSeries> Series)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public async Task WriteAsync(string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n", cancel);
    }
}
