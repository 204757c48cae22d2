using System.Globalization;
using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Rebalancing.Release;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Writes a plan's mark on a node, and when it became empty.</summary>
internal static class NodeTaints
{
    /// <param name="node">As it was looked at.</param>
    /// <param name="plan">Whose mark; null: none.</param>
    /// <param name="emptiedAt">Null: nothing is said of it, and what was said is taken back.</param>
    /// <exception cref="ApiException">IsConflict: the node has changed since it was looked at.</exception>
    public static async Task SetAsync(ApiClient client, ClusterCache cache, V1Node node, string? plan, DateTimeOffset? emptiedAt, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object?>
            {
                ["uid"] = node.Metadata.Uid,
                ["resourceVersion"] = node.Metadata.ResourceVersion,
                ["annotations"] = new Dictionary<string, string?> { [Names.EmptiedAt] = emptiedAt?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) },
            },
        };
        if (NodeRelease.Taints(node, plan) is { } taints)
        {
            patch["spec"] = new Dictionary<string, object> { ["taints"] = taints };
        }

        cache.Nodes.Observe(await client.MergeAsync<V1Node>(ApiResource.Nodes, null, node.Metadata.Name, patch, cancellation));
    }
}
