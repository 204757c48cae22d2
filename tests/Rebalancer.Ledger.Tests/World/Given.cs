using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Tests.World;

/// <summary>Entries of a made-up cluster; instants are hours after its beginning.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2026, 3, 30, 22, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset At(double hours) => Start.AddSeconds(Math.Round(hours * 3600));

    public static PlanEntry Plan(string uid, double started, decimal stableHours, decimal usdPerHour, params string[] frees) => new()
    {
        Uid = uid,
        Name = uid,
        Version = 1,
        CreatedAt = At(started),
        Policy = "default",
        PolicyGeneration = 1,
        Verdict = PlanVerdicts.Act,
        Phase = PlanPhases.Completed,
        StartedAt = At(started),
        CompletedAt = At(started + 0.1),
        PredictedUsdPerHour = usdPerHour,
        StableHours = stableHours,
        FreedNodes = [.. frees.Select(f => new PlannedNode(f, usdPerHour))],
    };

    public static NodeEntry Node(string uid, double created = -100, double? gone = null, string? name = null, string machine = "") => new()
    {
        Uid = uid,
        Name = name ?? uid,
        Version = 1,
        ProviderId = machine,
        InstanceType = "m5.large",
        Region = "us-east-1",
        Zone = "us-east-1a",
        Capacity = "OnDemand",
        CreatedAt = At(created),
        SeenAt = At(created),
        GoneAt = gone is { } at ? At(at) : null,
    };

    public static PriceEntry Price(string node, double at, decimal usdPerHour, string commitment = "") => new()
    {
        NodeUid = node,
        At = At(at),
        UsdPerHour = usdPerHour,
        ListUsdPerHour = usdPerHour * 2,
        Source = "Catalogue",
        Commitment = commitment,
    };

    public static MoveEntry Move(string uid, string phase = Phases.Succeeded, string reason = MoveReasons.Consolidation, string plan = "", double ended = 1, long freezeMs = 300, long bytes = 1_500_000_000) => new()
    {
        Uid = uid,
        Namespace = "shop",
        Name = uid,
        Version = 1,
        Plan = plan,
        Pod = "redis",
        PodUid = "pod-" + uid,
        SourceNode = "a",
        TargetNode = "b",
        Reason = reason,
        Phase = phase,
        CreatedAt = At(ended - 0.1),
        StartedAt = At(ended - 0.1),
        CompletedAt = At(ended),
        FreezeMs = freezeMs,
        Bytes = bytes,
        Value = new MoveValue(At(ended - 0.1), 0.5m, 2m, 0.02m, "default@1"),
    };

    public static LedgerBook Book(params LedgerEntry[] entries) => new(
        Start, [.. entries.OfType<PlanEntry>()], [.. entries.OfType<MoveEntry>()], [.. entries.OfType<NodeEntry>()], [.. entries.OfType<PriceEntry>()]);
}
