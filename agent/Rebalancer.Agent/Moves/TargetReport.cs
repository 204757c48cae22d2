using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>status.target as it stands.</summary>
internal static class TargetReport
{
    /// <returns>Null: a step that is not published, since it lies in the critical path and passes at once.</returns>
    public static string? StateOf(TargetStep step) => step switch
    {
        TargetStep.Ready => TargetState.Ready,
        TargetStep.Prepared => TargetState.Prepared,
        TargetStep.Held => TargetState.Held,
        TargetStep.Filling or TargetStep.Running => TargetState.Running,
        TargetStep.ColdStarted => TargetState.ColdStarted,
        TargetStep.Refused => TargetState.Refused,
        TargetStep.Cleaned => TargetState.Cleaned,
        _ => null,
    };

    public static TargetStatus Of(TargetContext context, string state) => new()
    {
        State = state,
        // Said again when it is over: what a report leaves out stays as it was.
        Filling = context.Step.Current switch { TargetStep.Filling => true, TargetStep.Running or TargetStep.ColdStarted => false, _ => null },
        Reason = state == TargetState.Running ? null : context.Failure?.Reason,
        Message = state == TargetState.Running ? null : context.Failure?.Message,
        LogLine = state == TargetState.Running ? null : context.Failure?.LogLine,
        Containers = context.Copies.Made() is { Count: > 0 } copies ? [.. copies.Select(copy => new MovedContainer { Name = copy.Container, ContainerID = copy.ContainerId })] : context.Migration.Status.Target?.Containers,
        Cpu = context.Cpu ?? context.Migration.Status.Target?.Cpu,
        FreezeMs = context.FreezeMs,
        FramesReplayed = state == TargetState.Running ? context.Frames.Replayed : null,
        Timeline = context.Timeline.Snapshot(),
    };
}
