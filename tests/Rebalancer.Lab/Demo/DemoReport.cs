using System.Text.Json;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Demo;

/// <summary>One move as the demo reports it.</summary>
internal sealed record DemoMigration
{
    public required string Pod { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required string Strategy { get; init; }
    /// <summary>From the source's shield closing to the address answering on the target; null when the move never got there.</summary>
    public required double? FreezeMs { get; init; }
    /// <summary>Longest wait for one reply that any client of this pod has seen since the notice.</summary>
    public required double ClientLongestStallMs { get; init; }
    public required int ConnectionsKept { get; init; }
    public required int ConnectionsBroken { get; init; }
    public required long RepliesWrong { get; init; }
    public required long Bytes { get; init; }

    public static DemoMigration Of(Migration migration, ClientOutcome clients) => new()
    {
        Pod = migration.Spec.PodName,
        From = migration.Status.SourceNode ?? "",
        To = migration.Status.TargetNode ?? "",
        Strategy = migration.Status.Strategy ?? "",
        FreezeMs = migration.Status.Target?.FreezeMs,
        ClientLongestStallMs = Math.Round(clients.LongestStallMs, 1),
        ConnectionsKept = clients.ConnectionsKept,
        ConnectionsBroken = clients.ConnectionsBroken,
        RepliesWrong = clients.RepliesWrong,
        Bytes = migration.Status.Source?.Bytes ?? 0,
    };
}

/// <summary>What the clients of one pod saw.</summary>
internal sealed record ClientOutcome(double LongestStallMs, int ConnectionsKept, int ConnectionsBroken, long RepliesWrong);

/// <summary>The plan that was carried out.</summary>
internal sealed record DemoPlan(string Name, string Verdict, string Reason, string Phase, int Moves, IReadOnlyList<string> FreedNodes)
{
    public static DemoPlan Of(RebalancePlan plan) => new(
        plan.Metadata.Name, plan.Spec.Verdict, plan.Spec.Reason, plan.Status.Phase ?? "", plan.Spec.Moves.Count, [.. plan.Spec.FreedNodes.Where(n => !n.WasEmpty).Select(n => n.Name)]);

    public static decimal Usd(DecimalText text) => decimal.Parse(text.Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The content of artifacts/demo.json.</summary>
internal sealed record DemoReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required IReadOnlyList<DemoMigration> Migrations { get; init; }
    /// <summary>Seconds that were left before the node's end when its last pod had moved; negative when it was too late.</summary>
    public required double DeadlineMetSeconds { get; init; }
    public required decimal CostPerHourUsdBefore { get; init; }
    public required decimal CostPerHourUsdAfter { get; init; }
    public required DemoPlan Plan { get; init; }
    public required decimal PredictedSavingsPerHourUsd { get; init; }
    /// <summary>As the plan's status had it when its nodes were gone; null when it had nothing.</summary>
    public required decimal? RealisedSavingsPerHourUsd { get; init; }
    /// <summary>Files with what the ledger says.</summary>
    public required IReadOnlyList<string> Exports { get; init; }

    public async Task WriteAsync(string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n", cancel);
    }
}
