using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Autorest;

namespace Rebalancer.Kubernetes.Client;

/// <summary>
/// The few verbs that Rebalancer needs, for built-in and custom resources alike. The client library supplies connection and credentials;
/// its own lists lose the continue token and its watches hide bookmarks, so these go over HTTP directly.
/// </summary>
public sealed class ApiClient(k8s.Kubernetes connection)
{
    /// <summary>Longest that one request other than a watch may take.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    public async Task<T?> GetAsync<T>(ApiResource resource, string? ns, string name, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await SendAsync<T>(HttpMethod.Get, resource.Path(ns, name), null, cancellation);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <param name="dryRun">Do everything, admission included, except storing.</param>
    public Task<T> CreateAsync<T>(ApiResource resource, string? ns, T body, CancellationToken cancellation, bool dryRun = false)
        where T : class
        => SendAsync<T>(HttpMethod.Post, resource.Path(ns) + (dryRun ? "?dryRun=All" : ""), Json(KubernetesJson.Serialize(body), "application/json"), cancellation);

    /// <summary>Places a pod, as a scheduler does.</summary>
    /// <param name="uid">Of the pod that is meant; another one under the name is refused.</param>
    public async Task PlaceAsync(string ns, string pod, string uid, string node, CancellationToken cancellation)
    {
        var binding = new Dictionary<string, object>
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new Dictionary<string, string> { ["name"] = pod, ["namespace"] = ns, ["uid"] = uid },
            ["target"] = new Dictionary<string, string> { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
        };
        using var answer = await SendAsync<JsonDocument>(HttpMethod.Post, ApiResource.Pods.Path(ns, pod, "binding"), Json(KubernetesJson.Serialize(binding), "application/json"), cancellation);
    }

    /// <summary>Evicts a pod with its own grace period, as kubectl drain does: disruption budgets and webhooks have their say.</summary>
    /// <param name="uid">Of the pod that is meant; another one under the name is left alone.</param>
    /// <returns>False: not now, ask again. True also where there is no such pod any more.</returns>
    public async Task<bool> EvictAsync(string ns, string pod, string uid, CancellationToken cancellation)
    {
        var eviction = new Dictionary<string, object>
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new Dictionary<string, string> { ["name"] = pod, ["namespace"] = ns },
            ["deleteOptions"] = new Dictionary<string, object> { ["preconditions"] = new Dictionary<string, string> { ["uid"] = uid } },
        };
        try
        {
            using var answer = await SendAsync<JsonDocument>(HttpMethod.Post, ApiResource.Pods.Path(ns, pod, "eviction"), Json(KubernetesJson.Serialize(eviction), "application/json"), cancellation);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.Code == System.Net.HttpStatusCode.Conflict)
        {
            return true;
        }
        catch (ApiException e) when (e.Code == System.Net.HttpStatusCode.TooManyRequests)
        {
            return false;
        }
    }

    public Task<T> ReplaceAsync<T>(ApiResource resource, string? ns, string name, T body, CancellationToken cancellation)
        where T : class
        => SendAsync<T>(HttpMethod.Put, resource.Path(ns, name), Json(KubernetesJson.Serialize(body), "application/json"), cancellation);

    public Task<T> PatchAsync<T>(ApiResource resource, string? ns, string name, JsonPatch patch, CancellationToken cancellation, string? subresource = null)
        where T : class
        => SendAsync<T>(HttpMethod.Patch, resource.Path(ns, name, subresource), Json(patch.ToJson(), "application/json-patch+json"), cancellation);

    /// <summary>JSON merge patch (RFC 7396). With metadata.resourceVersion in <paramref name="patch"/> it is a compare-and-set.</summary>
    public Task<T> MergeAsync<T>(ApiResource resource, string? ns, string name, object patch, CancellationToken cancellation, string? subresource = null)
        where T : class
        => SendAsync<T>(HttpMethod.Patch, resource.Path(ns, name, subresource), Json(KubernetesJson.Serialize(patch), "application/merge-patch+json"), cancellation);

    /// <summary>Strategic merge patch, of built-in kinds only: a list's element is merged by its key, and others' elements stay.</summary>
    public Task<T> StrategicMergeAsync<T>(ApiResource resource, string? ns, string name, object patch, CancellationToken cancellation, string? subresource = null)
        where T : class
        => SendAsync<T>(HttpMethod.Patch, resource.Path(ns, name, subresource), Json(KubernetesJson.Serialize(patch), "application/strategic-merge-patch+json"), cancellation);

    /// <summary>Deletes exactly the object with this UID; an object that is gone, or another one under the name, is left alone.</summary>
    /// <returns>False if there was no such object.</returns>
    public async Task<bool> DeleteAsync(ApiResource resource, string? ns, string name, string uid, long? gracePeriodSeconds, CancellationToken cancellation)
    {
        var options = new Dictionary<string, object?>
        {
            ["kind"] = "DeleteOptions",
            ["apiVersion"] = "v1",
            ["preconditions"] = new Dictionary<string, string> { ["uid"] = uid },
        };
        if (gracePeriodSeconds is { } grace)
        {
            options["gracePeriodSeconds"] = grace;
        }

        try
        {
            await SendAsync<JsonDocument>(HttpMethod.Delete, resource.Path(ns, name), Json(KubernetesJson.Serialize(options), "application/json"), cancellation);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.Code == System.Net.HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>One page of a list as raw JSON: an object that this version cannot read must not hide the others.</summary>
    /// <param name="ns">Null: all namespaces.</param>
    public Task<JsonDocument> ListPageAsync(ApiResource resource, string query, CancellationToken cancellation, string? ns = null)
        => SendAsync<JsonDocument>(HttpMethod.Get, resource.Path(ns) + "?" + query, null, cancellation);

    /// <summary>Watch events as raw JSON lines, until the server ends the stream.</summary>
    public async IAsyncEnumerable<JsonDocument> WatchAsync(ApiResource resource, string query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = await RequestAsync(HttpMethod.Get, resource.Path() + "?" + query, null, cancellation);
        using var response = await connection.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await EnsureSuccessAsync(request, response, cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonDocument.Parse(line);
            }
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RequestTimeout);
        try
        {
            using var request = await RequestAsync(method, path, content, limit.Token);
            using var response = await connection.HttpClient.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            await EnsureSuccessAsync(request, response, limit.Token);
            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return typeof(T) == typeof(JsonDocument) ? (T)(object)JsonDocument.Parse(body) : KubernetesJson.Deserialize<T>(body);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{method} {path}: no answer from the API server within {RequestTimeout.TotalSeconds:0} s");
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, new Uri(BaseAddress(), path)) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (connection.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellation);
        }

        return request;
    }

    private Uri BaseAddress()
    {
        var address = connection.BaseUri.AbsoluteUri;
        return address.EndsWith('/') ? connection.BaseUri : new Uri(address + "/");
    }

    private static StringContent Json(string body, string mediaType)
        => new(body, Encoding.UTF8, new MediaTypeHeaderValue(mediaType));

    private static async Task EnsureSuccessAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var body = await response.Content.ReadAsStringAsync(cancellation);
        var (reason, message) = ReadStatus(body);
        throw new ApiException(response.StatusCode, reason, $"{request.Method} {request.RequestUri?.PathAndQuery}: {(int)response.StatusCode} {message}");
    }

    private static (string Reason, string Message) ReadStatus(string body)
    {
        try
        {
            using var status = JsonDocument.Parse(body);
            return (Text(status, "reason"), Text(status, "message"));
        }
        catch (JsonException)
        {
            return ("", body.Length > 500 ? body[..500] : body);
        }
    }

    private static string Text(JsonDocument document, string name)
        => document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
}
