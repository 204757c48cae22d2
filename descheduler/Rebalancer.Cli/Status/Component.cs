using System.Net;
using System.Text.Json;
using Rebalancer.Cli.Cluster;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Status;

/// <summary>One of Rebalancer's programs in a cluster.</summary>
/// <param name="Wanted">Replicas asked for, of a DaemonSet one for each node; null: it is not installed, or may not be looked at.</param>
/// <param name="Version">Tag of its image.</param>
internal sealed record Component(string Name, int Ready, int? Wanted, string? Version, string? Problem)
{
    public static Task<Component> DeploymentAsync(ClusterConnection cluster, string ns, string name, CancellationToken cancellation)
        => ReadAsync(cluster, ApiResource.Deployments, ns, name, "readyReplicas", s => Number(s, "spec", "replicas"), cancellation);

    public static Task<Component> DaemonSetAsync(ClusterConnection cluster, string ns, string name, CancellationToken cancellation)
        => ReadAsync(cluster, ApiResource.DaemonSets, ns, name, "numberReady", s => Number(s, "status", "desiredNumberScheduled"), cancellation);

    private static async Task<Component> ReadAsync(ClusterConnection cluster, ApiResource resource, string ns, string name, string ready, Func<JsonElement, int> wanted, CancellationToken cancellation)
    {
        try
        {
            using var found = await cluster.Client.GetAsync<JsonDocument>(resource, ns, name, cancellation);
            return found is null ? new Component(name, 0, null, null, $"not installed in namespace {ns}")
                : new Component(name, Number(found.RootElement, "status", ready), wanted(found.RootElement), Tag(found.RootElement), null);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return new Component(name, 0, null, null, e.Message);
        }
    }

    private static int Number(JsonElement root, string parent, string field)
        => root.TryGetProperty(parent, out var o) && o.TryGetProperty(field, out var number) ? number.GetInt32() : 0;

    private static string? Tag(JsonElement root)
    {
        var image = root.GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0].GetProperty("image").GetString() ?? "";
        var named = image.Split('@')[0];
        var colon = named.LastIndexOf(':');
        return colon > named.LastIndexOf('/') ? named[(colon + 1)..] : null;
    }
}
