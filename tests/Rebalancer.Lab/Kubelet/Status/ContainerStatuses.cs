using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Probes;

namespace Rebalancer.Lab.Kubelet.Status;

/// <summary>Why a container waits: kubelet's reason and message.</summary>
internal sealed record Waiting(string Reason, string Message)
{
    public static Waiting ContainerCreating { get; } = new("ContainerCreating", "");
}

/// <summary>The API's status of a container from what the runtime has.</summary>
internal static class ContainerStatuses
{
    public static V1ContainerStatus Of(
        V1Container container,
        PodObservation observation,
        IReadOnlyDictionary<string, Waiting> waiting,
        PodProbes? probes,
        Func<ContainerStatus, string> terminationMessage)
    {
        var known = observation.OfContainer(container.Name).Take(2).ToArray();
        var status = new V1ContainerStatus
        {
            Name = container.Name,
            Image = container.Image,
            ImageID = known.FirstOrDefault()?.ImageRef ?? "",
            RestartCount = (int)(known.FirstOrDefault()?.Metadata.Attempt ?? 0),
            State = new V1ContainerState(),
            LastState = new V1ContainerState(),
            Started = false,
        };
        if (known is [])
        {
            status.State.Waiting = State(waiting.GetValueOrDefault(container.Name, Waiting.ContainerCreating));
            return status;
        }

        var newest = known[0];
        status.ContainerID = "containerd://" + newest.Id;
        if (newest.State == ContainerState.ContainerRunning)
        {
            status.State.Running = new V1ContainerStateRunning { StartedAt = At(newest.StartedAt) };
            status.Started = probes?.IsStarted(container.Name, newest.Id) ?? true;
            status.Ready = probes?.IsReady(container.Name, newest.Id) ?? true;
        }
        else if (newest.State == ContainerState.ContainerExited && !waiting.ContainsKey(container.Name))
        {
            status.State.Terminated = Terminated(newest, terminationMessage);
        }
        else
        {
            status.State.Waiting = State(waiting.GetValueOrDefault(container.Name, Waiting.ContainerCreating));
            status.LastState.Terminated = newest.State == ContainerState.ContainerExited ? Terminated(newest, terminationMessage) : null;
            return status;
        }

        status.LastState.Terminated = known is [_, { State: ContainerState.ContainerExited } previous] ? Terminated(previous, terminationMessage) : null;
        return status;
    }

    private static V1ContainerStateWaiting State(Waiting waiting) => new() { Reason = waiting.Reason, Message = waiting.Message.Length > 0 ? waiting.Message : null };

    private static V1ContainerStateTerminated Terminated(ContainerStatus container, Func<ContainerStatus, string> message) => new()
    {
        ContainerID = "containerd://" + container.Id,
        ExitCode = container.ExitCode,
        Reason = container.Reason is { Length: > 0 } reason ? reason : container.ExitCode == 0 ? "Completed" : "Error",
        Message = container.Message is { Length: > 0 } text ? text : message(container) is { Length: > 0 } logged ? logged : null,
        StartedAt = At(container.StartedAt),
        FinishedAt = At(container.FinishedAt),
    };

    private static DateTime? At(long nanoseconds) => nanoseconds <= 0 ? null : DateTime.UnixEpoch.AddSeconds(nanoseconds / 1_000_000_000);
}
