using System.Text.Json;
using k8s;

namespace Rebalancer.Kubernetes.Client;

/// <summary>Whole lists, page by page; all of a list is held in memory at once.</summary>
public static class ApiLists
{
    private const int PageSize = 500;
    private const int MaxPages = 1000;

    /// <summary>A list that takes longer than the server keeps its version is begun again.</summary>
    private const int MaxAttempts = 3;

    /// <param name="ns">Null: all namespaces.</param>
    /// <param name="selector">"labelSelector=..." or "fieldSelector=...", escaped.</param>
    public static async Task<List<T>> ListAsync<T>(this ApiClient client, ApiResource resource, CancellationToken cancellation, string? ns = null, string? selector = null)
    {
        var items = new List<T>();
        foreach (var page in await client.PagesAsync(resource, cancellation, ns, selector))
        {
            using (page)
            {
                items.AddRange(page.RootElement.GetProperty("items").EnumerateArray().Select(i => KubernetesJson.Deserialize<T>(i)));
            }
        }

        return items;
    }

    /// <summary>As the server sends them. The caller disposes them.</summary>
    /// <exception cref="InvalidOperationException">There are more than anybody has.</exception>
    public static async Task<List<JsonDocument>> PagesAsync(this ApiClient client, ApiResource resource, CancellationToken cancellation, string? ns = null, string? selector = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pages = new List<JsonDocument>();
            try
            {
                var token = "";
                do
                {
                    if (pages.Count == MaxPages)
                    {
                        throw new InvalidOperationException($"{resource.Plural}: more than {PageSize * MaxPages} objects");
                    }

                    var query = $"limit={PageSize}{(selector is null ? "" : "&" + selector)}{(token.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(token))}";
                    pages.Add(await client.ListPageAsync(resource, query, cancellation, ns));
                    token = Continue(pages[^1].RootElement);
                }
                while (token.Length > 0);
                return pages;
            }
            catch (ApiException e) when (e.IsExpired && attempt < MaxAttempts)
            {
                pages.ForEach(p => p.Dispose());
            }
        }
    }

    private static string Continue(JsonElement list)
        => list.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("continue", out var token) ? token.GetString() ?? "" : "";
}
