using k8s;
using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Notices;

/// <summary>Whether anything on this node would lose by its end.</summary>
internal interface INodePods
{
    Task<bool> HaveLeftAsync(CancellationToken cancellation);
}

/// <summary>
/// <see cref="INodePods"/> by the API server's list and the moves that this agent knows: a pod whose object is gone may still run here, until its move has ended.
/// </summary>
internal sealed class NodePods(IKubernetes kubernetes, MigrationBook book, AgentOptions options) : INodePods
{
    public async Task<bool> HaveLeftAsync(CancellationToken cancellation)
    {
        if (!book.Synced.IsCompletedSuccessfully || book.All.Any(m => m.Status.SourceNode == options.Node && !Phases.IsFinal(m.Status.Phase)))
        {
            return false;
        }

        return !(await kubernetes.ListPodsOfAsync(options.Node, cancellation)).Any(Stays);
    }

    /// <summary>Daemons and static pods end with their node, and what has ended already loses nothing.</summary>
    internal static bool Stays(V1Pod pod)
        => pod.Status?.Phase is not ("Succeeded" or "Failed")
            && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true
            && pod.Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") != true;
}
