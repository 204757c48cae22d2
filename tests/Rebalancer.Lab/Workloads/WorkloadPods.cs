using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Workloads;

/// <summary>Makes the pods of workloads: replica sets of one on a chosen node.</summary>
internal sealed class WorkloadPods(IKubernetes kubernetes, string node, TimeProvider time)
{
    public const string Namespace = "default";
    public static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(3);

    public TimeProvider Time => time;

    /// <returns>Where the pod will listen.</returns>
    public async Task<IPEndPoint> CreateAsync(string name, V1PodSpec spec, CancellationToken cancel)
    {
        var pod = await Placement.OnAsync(
            kubernetes,
            node,
            async () =>
            {
                await kubernetes.AppsV1.CreateNamespacedReplicaSetAsync(WorkloadPod.ReplicaSet(name, Namespace, spec), Namespace, cancellationToken: cancel);
                return await new PodApi(kubernetes, time).WaitReadyAsync(name, Namespace, ReadyLimit, cancel);
            },
            cancel);
        return new IPEndPoint(PodApi.Address(pod), spec.Containers[0].Ports[0].ContainerPort);
    }

    /// <returns>Where the pod listens; it accepts connections.</returns>
    public async Task<IPEndPoint> StartAsync(string name, V1PodSpec spec, CancellationToken cancel)
    {
        var server = await CreateAsync(name, spec, cancel);
        await Listening.WaitAsync(server, ReadyLimit, time, cancel);
        return server;
    }
}
