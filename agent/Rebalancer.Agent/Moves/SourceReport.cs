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
        ContainerID = context.Facts?.Container.Id ?? context.Migration.Status.Source?.ContainerID,
        ContainerName = context.Facts?.Container.ContainerName ?? context.Migration.Status.Source?.ContainerName,
        Address = context.Facts?.Network.AddressCidr ?? context.Migration.Status.Source?.Address,
        Mac = context.Facts?.Network.Mac ?? context.Migration.Status.Source?.Mac,
        MemoryBytes = context.Facts?.MemoryBytes ?? context.Migration.Status.Source?.MemoryBytes,
        FilesBytes = context.Facts?.FilesBytes ?? context.Migration.Status.Source?.FilesBytes,
        Cpu = context.Facts?.Cpu ?? context.Migration.Status.Source?.Cpu,
        Bytes = context.Sender?.Bytes,
        FreezeMs = context.Status.FreezeMs,
        Timeline = context.Timeline.Snapshot(),
    };
}
