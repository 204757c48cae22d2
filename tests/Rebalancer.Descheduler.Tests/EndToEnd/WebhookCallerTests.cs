using System.Net;
using System.Text;
using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

public sealed class WebhookCallerTests
{
    private const string Review =
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","namespace":"default","kind":{"group":"","version":"v1","kind":"Pod"},"object":{"metadata":{}}}}""";

    /// <summary>Whoever reaches the port, but does not know what the API server knows, is answered as if nothing were there.</summary>
    [Fact]
    public async Task Caller_WithoutTheKey_FindsNothing()
    {
        await using var world = await ControllerWorld.StartAsync();
        var configuration = await world.Client.GetAsync<V1MutatingWebhookConfiguration>(ApiResource.MutatingWebhooks, null, "rebalancer-claim", default);
        var known = new Uri(configuration!.Webhooks[0].ClientConfig.Url);

        Assert.Equal(HttpStatusCode.OK, await PostAsync(known));
        foreach (var path in new[] { "/claim", "/claim/", "/claim/0123456789abcdef0123456789abcdef", "/evict", "/evict/0123456789abcdef0123456789abcdef" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await PostAsync(new Uri(known, path)));
        }
    }

    private static async Task<HttpStatusCode> PostAsync(Uri url)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var client = new HttpClient(handler);
        using var body = new StringContent(Review, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(url, body);
        return response.StatusCode;
    }
}
