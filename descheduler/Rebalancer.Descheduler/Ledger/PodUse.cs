using System.Text.Json;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>What pods use, as metrics-server says.</summary>
internal sealed class PodUse(ApiClient client)
{
    private const int PageSize = 5000;
    private static readonly ApiResource PodMetrics = new("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true);

    /// <summary>By namespace/name; null: there is no such API, or it does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, ResourceSet>?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            using var page = await client.ListPageAsync(PodMetrics, $"limit={PageSize}", cancellation);
            return Read(page.RootElement);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <param name="list">A PodMetricsList.</param>
    internal static Dictionary<string, ResourceSet> Read(JsonElement list)
        => list.GetProperty("items").EnumerateArray().Select(Pod).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Used, StringComparer.Ordinal);

    private static (string Name, ResourceSet Used) Pod(JsonElement item)
    {
        var meta = item.GetProperty("metadata");
        var used = item.GetProperty("containers").EnumerateArray().Select(c => Usage(c.GetProperty("usage"))).Aggregate(ResourceSet.Empty, static (a, b) => a + b);
        return ($"{meta.GetProperty("namespace").GetString()}/{meta.GetProperty("name").GetString()}", used);
    }

    /// <summary>What cannot be read counts as nothing, so that the pod's request counts.</summary>
    private static ResourceSet Usage(JsonElement usage)
        => ResourceSet.Of([.. new[] { ResourceSet.Cpu, ResourceSet.Memory }.Select(r => (r, usage.TryGetProperty(r, out var text) && Quantity.TryParse(text.GetString(), out var amount) ? amount : Quantity.Zero))]);
}
