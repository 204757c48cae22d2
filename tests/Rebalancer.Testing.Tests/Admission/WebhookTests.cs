using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Admission;

public sealed class WebhookTests
{
    private const string Patch = """[{"op":"add","path":"/metadata/annotations","value":{"touched":"yes"}}]""";

    [Fact]
    public async Task MutatingWebhook_ChangesPodsThatAReplicaSetMakes()
    {
        await using var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = true, ["patchType"] = "JSONPatch", ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Patch)) });
        await using var cluster = await TestCluster.StartAsync(ControllerSet.ReplicaSet);
        await AddMutatingAsync(cluster, webhook);

        await cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(Samples.ReplicaSet("web", 1), "default", cancellationToken: cluster.Token);

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        Assert.Equal("yes", pods.Items[0].Metadata.Annotations["touched"]);
        var request = webhook.Requests.First();
        Assert.Equal("CREATE", request.GetProperty("operation").GetString());
        Assert.Equal("system:serviceaccount:kube-system:replicaset-controller", request.GetProperty("userInfo").GetProperty("username").GetString());

        // The name is generated after mutation, as in the real server.
        Assert.False(request.TryGetProperty("name", out _));
        Assert.Equal("web-", request.GetProperty("object").GetProperty("metadata").GetProperty("generateName").GetString());
    }

    [Theory]
    [InlineData("other", null)]
    [InlineData(null, "kube-system")]
    public async Task Webhook_WhoseSelectorsDoNotMatch_IsNotAsked(string? app, string? ns)
    {
        await using var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = false });
        await using var cluster = await TestCluster.StartAsync();
        await AddMutatingAsync(
            cluster,
            webhook,
            w =>
            {
                w.ObjectSelector = app is null ? null : new() { MatchLabels = new Dictionary<string, string> { ["app"] = app } };
                w.NamespaceSelector = ns is null ? null : new() { MatchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = ns } };
            });

        await cluster.AddPodAsync(Samples.Pod("a", app: "web"));

        Assert.Empty(webhook.Requests);
    }

    [Fact]
    public async Task ValidatingWebhook_ThatDenies_GivesItsCodeAndMessage()
    {
        await using var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = false, ["status"] = new JsonObject { ["code"] = 403, ["message"] = "no" } });
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.AdmissionregistrationV1.CreateValidatingWebhookConfigurationAsync(
            new V1ValidatingWebhookConfiguration
            {
                Metadata = new() { Name = "v" },
                Webhooks =
                [
                    new() { Name = "v.test.dev", AdmissionReviewVersions = ["v1"], SideEffects = "None", ClientConfig = webhook.ClientConfig, Rules = [PodRule("CREATE", "DELETE")] },
                ],
            },
            cancellationToken: cluster.Token);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoreV1.CreateNamespacedPodAsync(
            Samples.Pod("a"), "default", dryRun: "All", cancellationToken: cluster.Token));

        Assert.Equal(HttpStatusCode.Forbidden, refusal.Response.StatusCode);
        var status = JsonDocument.Parse(refusal.Response.Content).RootElement;
        Assert.Equal("admission webhook \"v.test.dev\" denied the request: no", status.GetProperty("message").GetString());
        Assert.False(status.TryGetProperty("reason", out _));
        Assert.True(webhook.Requests.First().GetProperty("dryRun").GetBoolean());
    }

    [Theory]
    [InlineData("Fail", HttpStatusCode.InternalServerError)]
    [InlineData("Ignore", null)]
    public async Task WebhookThatIsDown_IsHandledByItsFailurePolicy(string policy, HttpStatusCode? expected)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using (var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = true }))
        {
            await AddMutatingAsync(cluster, webhook, w => w.FailurePolicy = policy);
        }

        HttpStatusCode? actual = null;
        try
        {
            await cluster.AddPodAsync(Samples.Pod("a"));
        }
        catch (HttpOperationException e)
        {
            actual = e.Response.StatusCode;
            Assert.Contains("failed calling webhook \\\"m.test.dev\\\": failed to call webhook", e.Response.Content, StringComparison.Ordinal);
        }

        Assert.Equal(expected, actual);
        Assert.Equal(expected is null ? 1 : 0, (await cluster.PodsAsync()).Items.Count);
    }

    [Fact]
    public async Task WebhookOfAnUntrustedCertificate_IsNotBelieved()
    {
        await using var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = true });
        await using var other = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = true });
        await using var cluster = await TestCluster.StartAsync();
        await AddMutatingAsync(cluster, webhook, w => w.ClientConfig = new() { Url = webhook.ClientConfig.Url, CaBundle = other.ClientConfig.CaBundle });

        await Assert.ThrowsAsync<HttpOperationException>(() => cluster.AddPodAsync(Samples.Pod("a")));
    }

    [Fact]
    public async Task WebhookThatDoesNotAnswer_IsGivenUpAfterItsTimeout()
    {
        await using var webhook = await TestWebhook.StartAsync(_ => null);
        await using var cluster = await TestCluster.StartAsync();
        await AddMutatingAsync(cluster, webhook, w => w.TimeoutSeconds = 1);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.AddPodAsync(Samples.Pod("a")));

        Assert.Contains("context deadline exceeded", refusal.Response.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebhookBehindAService_IsReachedThroughItsEndpointSlice()
    {
        await using var webhook = await TestWebhook.StartAsync(_ => new JsonObject { ["allowed"] = false }, "claims.default.svc");
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.DiscoveryV1.CreateNamespacedEndpointSliceAsync(
            new V1EndpointSlice
            {
                Metadata = new() { Name = "claims-1", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "claims" } },
                AddressType = "IPv4",
                Endpoints = [new() { Addresses = ["127.0.0.1"] }],
                Ports = [new() { Port = webhook.Port }],
            },
            "default",
            cancellationToken: cluster.Token);
        await AddMutatingAsync(
            cluster,
            webhook,
            w => w.ClientConfig = new() { CaBundle = webhook.ClientConfig.CaBundle, Service = new() { Name = "claims", NamespaceProperty = "default", Path = "/mutate" } });

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.AddPodAsync(Samples.Pod("a")));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.Response.StatusCode);
        Assert.Single(webhook.Requests);
    }

    private static Task<V1MutatingWebhookConfiguration> AddMutatingAsync(TestCluster cluster, TestWebhook webhook, Action<V1MutatingWebhook>? change = null)
    {
        var m = new V1MutatingWebhook { Name = "m.test.dev", AdmissionReviewVersions = ["v1"], SideEffects = "None", ClientConfig = webhook.ClientConfig, Rules = [PodRule("CREATE")] };
        change?.Invoke(m);
        return cluster.Client.AdmissionregistrationV1.CreateMutatingWebhookConfigurationAsync(
            new V1MutatingWebhookConfiguration { Metadata = new() { Name = "m" }, Webhooks = [m] }, cancellationToken: cluster.Token);
    }

    private static V1RuleWithOperations PodRule(params string[] operations) => new() { ApiGroups = [""], ApiVersions = ["v1"], Resources = ["pods"], Operations = operations };
}
