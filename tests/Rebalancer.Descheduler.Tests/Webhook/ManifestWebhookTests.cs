using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Descheduler.Webhook;

namespace Rebalancer.Descheduler.Tests.Webhook;

public sealed class ManifestWebhookTests
{
    /// <summary>Registered by URL or installed by manifests, the API server is told the same.</summary>
    [Fact]
    public void Manifests_HaveTheWebhooksOfTheCode()
    {
        var objects = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(ControllerWorld.Repository(), "manifests/base/descheduler/webhooks.yaml")));
        var claim = objects.OfType<V1MutatingWebhookConfiguration>().Single();
        var eviction = objects.OfType<V1ValidatingWebhookConfiguration>().Single();

        // The path is the descheduler's: applying the manifests once more must not take it away.
        Assert.Equal((ClaimWebhook.Definition.Name, null), (claim.Metadata.Name, claim.Webhooks.Single().ClientConfig.Service.Path));
        Assert.Equal((EvictionWebhook.Definition.Name, null), (eviction.Metadata.Name, eviction.Webhooks.Single().ClientConfig.Service.Path));
        AssertSame(ClaimWebhook.Definition.Webhooks(), claim.Webhooks);
        AssertSame(EvictionWebhook.Definition.Webhooks(), eviction.Webhooks);
    }

    [Fact]
    public void Apply_ServiceOfTheManifests_StaysAndGetsTheCertificates()
    {
        var service = new JsonObject { ["name"] = "rebalancer-webhook" };
        var configuration = new JsonObject { ["webhooks"] = new JsonArray(new JsonObject { ["clientConfig"] = new JsonObject { ["service"] = service } }) };

        Assert.True(ClientConfigs.Apply(configuration, null, "/claim/key", "PEM"));
        Assert.False(ClientConfigs.Apply(configuration, null, "/claim/key", "PEM"));

        var client = configuration["webhooks"]![0]!["clientConfig"]!;
        Assert.Equal("rebalancer-webhook", (string?)client["service"]!["name"]);
        Assert.Equal("/claim/key", (string?)client["service"]!["path"]);
        Assert.Equal("PEM", Encoding.ASCII.GetString(Convert.FromBase64String((string)client["caBundle"]!)));
        Assert.True(ClientConfigs.Apply(configuration, null, "/claim/key", "NEXT"));
    }

    private static void AssertSame(JsonArray expected, object actual)
    {
        var webhooks = JsonNode.Parse(KubernetesJson.Serialize(actual))!.AsArray();
        foreach (var each in expected.Concat(webhooks)) { each!.AsObject().Remove("clientConfig"); }
        Assert.True(JsonNode.DeepEquals(expected, webhooks), $"{expected}\n{webhooks}");
    }
}
