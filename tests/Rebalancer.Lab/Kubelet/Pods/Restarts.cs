using k8s.Models;
using Rebalancer.Lab.Cri;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Whether an exited container is to be started again.</summary>
internal static class Restarts
{
    public static bool IsDue(V1Pod pod, ContainerStatus container) => container.State switch
    {
        ContainerState.ContainerRunning => false,
        // Created but never started, or lost: always again.
        ContainerState.ContainerCreated or ContainerState.ContainerUnknown => true,
        _ => pod.Spec.RestartPolicy switch
        {
            "Never" => false,
            "OnFailure" => container.ExitCode != 0,
            _ => true,
        },
    };
}
