using System.Net;
using System.Text;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Cli.Cluster;

/// <summary>A running cluster as a snapshot, by the reader that files go through.</summary>
internal static class ClusterSnapshots
{
    private static readonly ApiResource[] Needed = [ApiResource.Nodes, ApiResource.Pods];

    /// <summary>Without these a snapshot knows less, and says so.</summary>
    private static readonly ApiResource[] Wanted =
    [
        ApiResource.PodDisruptionBudgets,
        ApiResource.PersistentVolumes,
        ApiResource.PersistentVolumeClaims,
        ApiResource.StorageClasses,
        ApiResource.CsiNodes,
        ApiResource.PriorityClasses,
        ApiResource.Namespaces,
        ApiResource.ReplicaSets,
        ApiResource.Deployments,
        ApiResource.StatefulSets,
        ApiResource.DaemonSets,
        ApiResource.Jobs,
    ];

    /// <param name="notes">Takes what is not known, and which objects make no sense and are passed over.</param>
    public static async Task<ClusterSnapshot> ReadAsync(ClusterConnection cluster, ICollection<string> notes, CancellationToken cancellation)
    {
        var content = new List<(string, ReadOnlyMemory<byte>)>();
        foreach (var resource in Needed)
        {
            content.AddRange(await PagesAsync(cluster.Client, resource, cancellation));
        }

        if (content.Count == 0)
        {
            throw new CliException(ExitCode.BadInput, $"{cluster.Server} has no nodes and no pods");
        }

        foreach (var resource in Wanted)
        {
            try
            {
                content.AddRange(await PagesAsync(cluster.Client, resource, cancellation));
            }
            catch (ApiException e) when (e.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
            {
                notes.Add($"What {resource.Plural} say is not counted: {e.Message}");
            }
        }

        var (snapshot, problems) = SnapshotReader.Read(content);
        foreach (var problem in problems)
        {
            notes.Add(problem.ToString());
        }

        return snapshot;
    }

    /// <summary>Those with something in them.</summary>
    private static async Task<IEnumerable<(string, ReadOnlyMemory<byte>)>> PagesAsync(ApiClient client, ApiResource resource, CancellationToken cancellation)
    {
        var full = new List<(string, ReadOnlyMemory<byte>)>();
        foreach (var page in await client.PagesAsync(resource, cancellation))
        {
            using (page)
            {
                if (page.RootElement.GetProperty("items").GetArrayLength() > 0)
                {
                    full.Add((resource.Plural, Encoding.UTF8.GetBytes(page.RootElement.GetRawText())));
                }
            }
        }

        return full;
    }
}
