using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Status;

/// <summary>The conditions that kubelet owns; those of others stay as they are.</summary>
internal static class PodConditions
{
    private const string ReadyToStartContainers = "PodReadyToStartContainers";
    private const string Initialized = "Initialized";
    private const string Ready = "Ready";
    private const string ContainersReady = "ContainersReady";
    private const string Scheduled = "PodScheduled";

    public static IList<V1PodCondition> Of(V1Pod pod, V1PodStatus status, bool sandboxReady, DateTime now)
    {
        var old = pod.Status?.Conditions ?? [];
        var notReady = status.ContainerStatuses.Where(container => !container.Ready).Select(container => container.Name).ToArray();
        var completed = PodPhases.IsTerminal(status.Phase);
        var initialized = status.InitContainerStatuses is not { } init || init.All(container => container.State.Terminated is { ExitCode: 0 }) || status.ContainerStatuses.Any(container => container.ContainerID is not null);
        var containersReady = notReady.Length == 0 && status.Phase == PodPhases.Running;
        var gates = (pod.Spec.ReadinessGates ?? []).Where(gate => old.FirstOrDefault(condition => condition.Type == gate.ConditionType)?.Status != "True").ToArray();
        var reason = completed ? "PodCompleted" : "ContainersNotReady";
        var message = $"containers with unready status: [{string.Join(' ', notReady)}]";
        V1PodCondition[] own =
        [
            Condition(ReadyToStartContainers, sandboxReady),
            Condition(Initialized, initialized),
            Condition(Ready, containersReady && gates.Length == 0, containersReady ? "ReadinessGatesNotReady" : reason, containersReady ? "corresponding conditions of pod readiness gates are not True" : message),
            Condition(ContainersReady, containersReady, reason, message),
            Condition(Scheduled, met: true),
        ];
        var types = own.Select(condition => condition.Type).ToHashSet();
        return [.. own.Select(condition => KeepTransition(condition, old, now)), .. old.Where(condition => !types.Contains(condition.Type))];
    }

    private static V1PodCondition Condition(string type, bool met, string? reason = null, string? message = null) =>
        new() { Type = type, Status = met ? "True" : "False", Reason = met ? null : reason, Message = met ? null : message };

    private static V1PodCondition KeepTransition(V1PodCondition condition, IList<V1PodCondition> old, DateTime now)
    {
        var before = old.FirstOrDefault(candidate => candidate.Type == condition.Type);
        condition.LastTransitionTime = before?.Status == condition.Status ? before.LastTransitionTime ?? now : now;
        return condition;
    }
}
