using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>What the lab's workload pods have in common: one container, the runtime class that can move, no service account.</summary>
internal static class WorkloadPod
{
    /// <summary>A replica set of one, labelled as a Deployment's would be.</summary>
    public static V1ReplicaSet ReplicaSet(string name, string @namespace, V1PodSpec spec)
    {
        var labels = new Dictionary<string, string> { ["app"] = name, [Names.PodTemplateHash] = "5d8f7c9b64" };
        return new V1ReplicaSet
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Labels = labels },
            Spec = new V1ReplicaSetSpec
            {
                Replicas = 1,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = spec },
            },
        };
    }

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
