using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Status;

/// <summary>The phase of a pod from the states of its containers, as kubelet counts them.</summary>
internal static class PodPhases
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed;

    /// <param name="initContainers">Statuses of the init containers, in order.</param>
    /// <param name="containers">Statuses of the app containers.</param>
    /// <param name="ended">The pod was told to end and all its containers have: whatever its restart policy, none comes back.</param>
    public static string Of(V1Pod pod, IList<V1ContainerStatus> initContainers, IList<V1ContainerStatus> containers, bool ended)
    {
        if (ended)
        {
            return containers.All(status => status.State.Terminated is { ExitCode: 0 }) ? Succeeded : Failed;
        }

        var never = pod.Spec.RestartPolicy == "Never";
        if (never && initContainers.Any(status => status.State.Terminated is { ExitCode: not 0 }))
        {
            return Failed;
        }

        if (initContainers.Any(status => status.State.Terminated is not { ExitCode: 0 }) && containers.All(status => status.ContainerID is null))
        {
            return Pending;
        }

        if (containers.Any(status => status.State.Waiting is not null && status.LastState.Terminated is null))
        {
            return Pending;
        }

        if (containers.Any(status => status.State.Running is not null) || (pod.Spec.RestartPolicy ?? "Always") == "Always")
        {
            return Running;
        }

        return containers.All(status => status.State.Terminated is { ExitCode: 0 }) ? Succeeded
            : never ? Failed
            : Running;
    }
}
