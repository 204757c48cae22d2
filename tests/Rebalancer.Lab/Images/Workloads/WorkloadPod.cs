using System.Globalization;
using k8s;
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

    /// <summary>Creates an owner of the given kind with its pods, labelled app=<paramref name="name"/>; None: a bare pod.</summary>
    /// <param name="kind">Deployment, or one of <see cref="OwnerKinds"/>.</param>
    /// <param name="annotations">Of the owner and its pods, but for a ReplicaSet's.</param>
    public static Task CreateAsync(IKubernetes kubernetes, string kind, string name, string @namespace, V1PodSpec spec, CancellationToken cancel, int replicas = 1, IDictionary<string, string>? annotations = null)
    {
        var labels = new Dictionary<string, string> { ["app"] = name };
        var meta = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Labels = labels, Annotations = annotations };
        var template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels, Annotations = annotations }, Spec = spec };
        var selector = new V1LabelSelector { MatchLabels = labels };
        return kind switch
        {
            OwnerKinds.None => kubernetes.CoreV1.CreateNamespacedPodAsync(new V1Pod { Metadata = meta, Spec = spec }, @namespace, cancellationToken: cancel),
            OwnerKinds.ReplicaSet => kubernetes.AppsV1.CreateNamespacedReplicaSetAsync(ReplicaSet(name, @namespace, spec), @namespace, cancellationToken: cancel),
            OwnerKinds.StatefulSet => kubernetes.AppsV1.CreateNamespacedStatefulSetAsync(
                new V1StatefulSet { Metadata = meta, Spec = new V1StatefulSetSpec { Replicas = replicas, Selector = selector, Template = template, ServiceName = name } }, @namespace, cancellationToken: cancel),
            "Deployment" => kubernetes.AppsV1.CreateNamespacedDeploymentAsync(
                new V1Deployment { Metadata = meta, Spec = new V1DeploymentSpec { Replicas = replicas, Selector = selector, Template = template } }, @namespace, cancellationToken: cancel),
            OwnerKinds.Job => CreateJobAsync(kubernetes, meta, template, cancel),
            _ => throw new ArgumentException($"no owner of kind {kind} is made here", nameof(kind)),
        };
    }

    private static Task<V1Job> CreateJobAsync(IKubernetes kubernetes, V1ObjectMeta meta, V1PodTemplateSpec template, CancellationToken cancel)
    {
        template.Spec.RestartPolicy = "Never";
        return kubernetes.BatchV1.CreateNamespacedJobAsync(new V1Job { Metadata = meta, Spec = new V1JobSpec { BackoffLimit = 0, Template = template } }, meta.NamespaceProperty, cancellationToken: cancel);
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
