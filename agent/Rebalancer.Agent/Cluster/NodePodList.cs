using k8s;
using k8s.Models;

namespace Rebalancer.Agent.Cluster;

internal static class NodePodList
{
    /// <summary>Pods that the API server knows on a node, in whatever state.</summary>
    /// <exception cref="k8s.Autorest.HttpOperationException">It does not say.</exception>
    public static async Task<IList<V1Pod>> ListPodsOfAsync(this IKubernetes kubernetes, string node, CancellationToken cancellation) =>
        (await kubernetes.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={node}", cancellationToken: cancellation)).Items;
}
