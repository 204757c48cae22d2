using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>status.source as it stands.</summary>
internal static class SourceReport
{
    public static SourceStatus Of(SourceContext context, string state) => new()
    {
        State = state,
        Reason = context.Failure?.Reason,
        Message = context.Failure?.Message,
        LogLine = context.Failure?.LogLine,
        Containers = context.Facts?.Containers.Select(each => new MovedContainer { Name = each.ContainerName, ContainerID = each.Id }).ToList() ?? context.Migration.Status.Source?.Containers,
        ContainerID = context.Facts?.Containers[0].Id ?? context.Migration.Status.Source?.ContainerID,
        ContainerName = context.Facts?.Containers[0].ContainerName ?? context.Migration.Status.Source?.ContainerName,
        Address = context.Facts?.Network.AddressCidr ?? context.Migration.Status.Source?.Address,
        Mac = context.Facts?.Network.Mac ?? context.Migration.Status.Source?.Mac,
        MemoryBytes = context.Facts?.MemoryBytes ?? context.Migration.Status.Source?.MemoryBytes,
        FilesBytes = context.Facts?.FilesBytes ?? context.Migration.Status.Source?.FilesBytes,
        Cpu = context.Facts?.Cpu ?? context.Migration.Status.Source?.Cpu,
        KillGate = context.IsGated ? KillGates.Closed : context.Facts is { } facts ? facts.HasKillGate ? KillGates.Open : null : context.Migration.Status.Source?.KillGate,
        Strategy = context.Status.Strategy,
        StrategyReason = context.Status.StrategyReason,
        Tracker = context.Status.Tracker,
        TrackerStopMs = context.Status.TrackerStopMs,
        ThrottlePercent = context.Status.ThrottlePercent,
        Bytes = context.Sender is { } sender ? sender.Bytes + (context.Images?.PageBytes ?? 0) : null,
        HeldBytes = context.Status.HeldBytes,
        PendingBytes = context.Status.PendingBytes,
        LateBytes = context.LateBytes,
        CompressedFromBytes = context.Images?.Packer is { BytesBefore: > 0 } packer ? packer.BytesBefore : null,
        CompressedToBytes = context.Images?.Packer is { BytesBefore: > 0 } compressor ? compressor.BytesAfter : null,
        FreezeMs = context.Status.FreezeMs,
        Timeline = context.Timeline.Snapshot(),
    };
}
