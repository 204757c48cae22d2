using System.Collections.Immutable;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>The whole cluster as plans need it: what is cached, and what only plans look at, read for each.</summary>
internal sealed class PlanningSnapshot(ApiClient client, ClusterCache cache)
{
    private static readonly ImmutableArray<ApiResource> OnlyForPlans =
        [ApiResource.Namespaces, ApiResource.StorageClasses];

    public async Task<ClusterSnapshot> ReadAsync(CancellationToken cancellation)
    {
        var objects = new SnapshotObjects();
        foreach (var resource in OnlyForPlans)
        {
            await ReadAsync(objects, resource, cancellation);
        }

        objects.Add(cache.Nodes.List());
        objects.Add(cache.Pods.List().Where(p => !Placeholder.Is(p)));
        objects.Add(cache.Budgets.List());
        objects.Add(cache.Claims.List());
        objects.Add(cache.Volumes.List());
        objects.Add(cache.CsiNodes.List());
        var snapshot = objects.ToSnapshot([]);
        var byUid = snapshot.Pods.Where(p => p.Uid.Length > 0).DistinctBy(p => p.Uid).ToDictionary(p => p.Uid, StringComparer.Ordinal);
        return snapshot with { Reservations = [.. Reservations.Of(cache.Migrations.List(), (_, _, uid) => byUid.GetValueOrDefault(uid))] };
    }

    private async Task ReadAsync(SnapshotObjects objects, ApiResource resource, CancellationToken cancellation)
    {
        foreach (var page in await client.PagesAsync(resource, cancellation))
        {
            using (page)
            {
                foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                {
                    objects.Add(resource.Kind, item);
                }
            }
        }
    }
}
