using System.Text;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>Plain requests to an API server, in one namespace.</summary>
internal sealed class ApiCaller(HttpClient client, string ns)
{
    public string Namespace => ns;

    public string PathOf(string kind) => Snapshot.Kinds.TryGetValue(kind, out var known)
        ? $"{known.Group}/namespaces/{ns}/{known.Plural}"
        : kind switch
        {
            "Service" => $"api/v1/namespaces/{ns}/services",
            "Node" => "api/v1/nodes",
            "Namespace" => "api/v1/namespaces",
            _ => throw new InvalidDataException($"case: kind {kind} is unknown"),
        };

    public Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, "application/json", cancellationToken);

    public Task<JsonObject> PostAsync(string path, JsonNode body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, body, "application/json", cancellationToken);

    public Task<JsonObject> PatchAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json", cancellationToken);

    public Task<JsonObject> DeleteAsync(string path, JsonNode body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, body, "application/json", cancellationToken);

    public async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return response.IsSuccessStatusCode;
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonNode? body, string type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        using var response = await client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? (JsonObject)JsonNode.Parse(text)!
            : throw new HttpRequestException($"{method} {path} {body?.ToJsonString()}: {(int)response.StatusCode} {text}");
    }
}
