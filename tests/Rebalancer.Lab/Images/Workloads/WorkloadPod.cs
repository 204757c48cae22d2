using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>What the lab's workload pods have in common: one container, the runtime class that can move, no service account.</summary>
internal static class WorkloadPod
{
    public static V1PodSpec Spec(string container, string image, int port, int cpuMilli, int memoryMegabytes) => new()
    {
        RuntimeClassName = Names.RuntimeHandler,
        AutomountServiceAccountToken = false,
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = 5,
        Containers =
        [
            new V1Container
            {
                Name = container,
                Image = image,
                ImagePullPolicy = "Never",
                Ports = [new V1ContainerPort { ContainerPort = port }],
                Resources = new V1ResourceRequirements
                {
                    Requests = new Dictionary<string, ResourceQuantity>
                    {
                        ["cpu"] = new(string.Create(CultureInfo.InvariantCulture, $"{cpuMilli}m")),
                        ["memory"] = new(string.Create(CultureInfo.InvariantCulture, $"{memoryMegabytes}Mi")),
                    },
                },
            },
        ],
    };
}
