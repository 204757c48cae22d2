using System.Text.Json;
using Rebalancer.Lab.Soak;

namespace Rebalancer.Lab.Workloads;

/// <summary>All moves of one workload on one kind of cgroup.</summary>
internal sealed record WorkloadSeries
{
    public required string Workload { get; init; }
    /// <summary>"v1" or "v2".</summary>
    public required string Cgroup { get; init; }
    public required IReadOnlyList<SoakMove> Moves { get; init; }
    public required long Replies { get; init; }
    /// <summary>What was compared at the end; null when it did not come to that or something was lost.</summary>
    public required string? Checked { get; init; }
    /// <summary>What was lost, or what ended the series early; null when nothing was.</summary>
    public required string? Failure { get; init; }

    /// <summary>A series ends with the first that anybody notices: 0 or 1.</summary>
    public int Errors => Failure is null ? 0 : 1;

    public double FreezeP50Ms => Percentile.Of(Moves.Select(move => move.FreezeMs), 0.5);
    public double FreezeP99Ms => Percentile.Of(Moves.Select(move => move.FreezeMs), 0.99);
    public double StallP50Ms => Percentile.Of(Moves.Select(move => move.StallMs), 0.5);
    public double StallP99Ms => Percentile.Of(Moves.Select(move => move.StallMs), 0.99);
    /// <summary>Median of what one move sent.</summary>
    public double BytesP50 => Percentile.Of(Moves.Select(move => (double)move.Bytes), 0.5);
}

/// <summary>The content of artifacts/workloads.json.</summary>
internal sealed record WorkloadsReport(IReadOnlyList<WorkloadSeries> Series)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>0 when every series made all its moves and nothing was lost, else 1.</summary>
    public int ExitCode => Series.Count > 0 && Series.All(one => one is { Failure: null, Checked: not null }) ? 0 : 1;

    public async Task WriteAsync(string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n", cancel);
    }
}
