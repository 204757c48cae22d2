using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Admission;

/// <summary>Calls webhooks over HTTPS, trusting their caBundle. Connections are kept.</summary>
internal sealed class WebhookClient(ServiceResolver services, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, HttpClient> _clients = new();

    /// <exception cref="WebhookCallException">The webhook cannot be reached in time or answers nonsense.</exception>
    public async Task<JsonObject> CallAsync(Webhook webhook, AdmissionRequest request, CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString();
        var url = ServiceResolver.UrlOf(webhook.Source);
        using var timeout = new CancellationTokenSource(webhook.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var content = new ByteArrayContent(Serialization.ToBytes(AdmissionReviews.Write(request, uid)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            var target = new Uri($"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}timeout={webhook.Timeout.TotalSeconds}s");
            using var response = await ClientOf(webhook.Source).PostAsync(target, content, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.IsSuccessStatusCode
                ? AdmissionReviews.Read(JsonNode.Parse(body), uid)
                : throw new WebhookCallException($"Post \"{url}\": the server answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookCallException($"Post \"{url}\": context deadline exceeded");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new WebhookCallException($"Post \"{url}\": {(e.InnerException ?? e).Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    private HttpClient ClientOf(JsonElement webhook)
    {
        var bundle = webhook.Text("clientConfig", "caBundle") ?? "";
        return _clients.GetOrAdd(bundle, static (bundle, services) => Make(bundle, services), services);
    }

    private static HttpClient Make(string bundle, ServiceResolver services)
    {
        var handler = new SocketsHttpHandler { ConnectCallback = services.ConnectAsync, UseProxy = false };
        if (bundle.Length > 0)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => Trusts(roots, certificate, errors);
        }

        var client = new HttpClient(handler, disposeHandler: true);
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("kube-apiserver-admission", null));
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json, */*");
        return client;
    }

    private static bool Trusts(X509Certificate2Collection roots, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }
}
