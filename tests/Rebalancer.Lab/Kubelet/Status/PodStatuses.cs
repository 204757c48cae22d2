using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Probes;

namespace Rebalancer.Lab.Kubelet.Status;

/// <summary>The status of a pod from what the runtime has, the probes' results and why containers wait. Pure but for reading termination logs.</summary>
internal sealed class PodStatuses(KubeletNode node, TimeProvider time)
{
    private const int TerminationMessageLimit = 4096;

    public V1PodStatus Of(V1Pod pod, PodObservation observation, IReadOnlyDictionary<string, Waiting> waiting, PodProbes? probes, bool ended = false)
    {
        var now = Seconds(time.GetUtcNow().UtcDateTime);
        var status = new V1PodStatus
        {
            HostIP = node.Address,
            HostIPs = [new V1HostIP { Ip = node.Address }],
            StartTime = pod.Status?.StartTime ?? now,
            QosClass = QosClass.Of(pod),
            InitContainerStatuses = pod.Spec.InitContainers is { Count: > 0 } init ? init.Select(Status).ToList() : null,
            ContainerStatuses = pod.Spec.Containers.Select(Status).ToList(),
        };
        status.Phase = PodPhases.IsTerminal(pod.Status?.Phase) ? pod.Status!.Phase : PodPhases.Of(pod, status.InitContainerStatuses ?? [], status.ContainerStatuses, ended);
        if ((pod.Spec.HostNetwork == true && observation.ReadySandbox is not null ? node.Address : observation.Address ?? pod.Status?.PodIP) is { } address)
        {
            status.PodIP = address;
            status.PodIPs = [new V1PodIP { Ip = address }];
        }

        status.Conditions = PodConditions.Of(pod, status, observation.ReadySandbox is not null, now);
        return status;

        V1ContainerStatus Status(V1Container container) => ContainerStatuses.Of(container, observation, waiting, probes, exited => TerminationMessage(pod, exited));
    }

    /// <summary>The status of a pod that the node does not admit.</summary>
    public V1PodStatus Rejected(V1Pod pod, string reason, string message) => new()
    {
        Phase = PodPhases.Failed,
        Reason = reason,
        Message = $"Pod was rejected: {message}",
        HostIP = node.Address,
        StartTime = pod.Status?.StartTime ?? Seconds(time.GetUtcNow().UtcDateTime),
        QosClass = QosClass.Of(pod),
        Conditions = pod.Status?.Conditions,
    };

    private string TerminationMessage(V1Pod pod, ContainerStatus container)
    {
        var path = node.Seen(PodPaths.TerminationLog(pod, container.Metadata.Name, (int)container.Metadata.Attempt));
        try
        {
            var text = File.ReadAllText(path);
            return text.Length > TerminationMessageLimit ? text[..TerminationMessageLimit] : text;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    // The API keeps times in whole seconds.
    private static DateTime Seconds(DateTime exact) => new(exact.Ticks - (exact.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
}
