using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Clients;

public sealed class CustomResourceTests
{
    [Fact]
    public async Task Create_WithoutOptionalField_GetsTheSchemasDefault()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);

        var created = await gadgets.CreateNamespacedAsync(Make("a"), "default", cluster.Token);

        Assert.Equal("Auto", created.Spec.Mode);
        Assert.Equal(1, created.Metadata.Generation);
        Assert.False(string.IsNullOrEmpty(created.Metadata.Uid));
    }

    [Fact]
    public async Task Create_WithSeveralWrongFields_NamesEveryFieldInTheCauses()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);
        var wrong = Make("a");
        wrong.Spec = new GadgetSpec { Size = 11, Mode = "Wild" };

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => gadgets.CreateNamespacedAsync(wrong, "default", cluster.Token));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);
        var status = JsonDocument.Parse(refusal.Response.Content).RootElement;
        var fields = status.GetProperty("details").GetProperty("causes").EnumerateArray().Select(c => c.GetProperty("field").GetString());
        Assert.Equal(["spec.mode", "spec.owner", "spec.size"], fields.Order());
        Assert.Empty((await gadgets.ListNamespacedAsync<GadgetList>("default", cancel: cluster.Token)).Items);
    }

    [Fact]
    public async Task StatusPatch_WithTestOperation_IsACompareAndSet()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);
        await gadgets.CreateNamespacedAsync(Make("a"), "default", cluster.Token);
        await PatchStatusAsync(cluster, """{"status":{"decision":""}}""", V1Patch.PatchType.MergePatch);
        const string commit = """[{"op":"test","path":"/status/decision","value":""},{"op":"replace","path":"/status/decision","value":"Committed"}]""";
        const string abort = """[{"op":"test","path":"/status/decision","value":""},{"op":"replace","path":"/status/decision","value":"Aborted"}]""";

        await PatchStatusAsync(cluster, commit, V1Patch.PatchType.JsonPatch);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => PatchStatusAsync(cluster, abort, V1Patch.PatchType.JsonPatch));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);
        var stored = await gadgets.ReadNamespacedAsync<Gadget>("default", "a", cluster.Token);
        Assert.Equal("Committed", stored.Status!.Decision);
        Assert.Equal(1, stored.Metadata.Generation);
    }

    [Fact]
    public async Task StrategicMergePatch_OfACustomResource_IsUnsupported()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);
        await gadgets.CreateNamespacedAsync(Make("a"), "default", cluster.Token);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => gadgets.PatchNamespacedAsync<Gadget>(
            new V1Patch("{}", V1Patch.PatchType.StrategicMergePatch), "default", "a", cluster.Token));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task Update_OfTheObject_DoesNotTouchItsStatus()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);
        await gadgets.CreateNamespacedAsync(Make("a"), "default", cluster.Token);
        await PatchStatusAsync(cluster, """{"status":{"phase":"Ready"}}""", V1Patch.PatchType.MergePatch);
        var read = await gadgets.ReadNamespacedAsync<Gadget>("default", "a", cluster.Token);
        read.Status = new GadgetStatus { Phase = "Broken" };
        read.Spec.Size = 5;

        var updated = await gadgets.ReplaceNamespacedAsync(read, "default", "a", cluster.Token);

        Assert.Equal("Ready", updated.Status!.Phase);
        Assert.Equal(5, updated.Spec.Size);
        Assert.Equal(2, updated.Metadata.Generation);
    }

    [Fact]
    public async Task Watch_ThroughTheClient_SeesEveryChangeInOrder()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var gadgets = new GenericClient(cluster.Client, Gadget.Group, "v1", "gadgets", disposeClient: false);
        var list = await gadgets.ListNamespacedAsync<GadgetList>("default", cancel: cluster.Token);
        await gadgets.CreateNamespacedAsync(Make("a"), "default", cluster.Token);
        await PatchStatusAsync(cluster, """{"status":{"phase":"Ready"}}""", V1Patch.PatchType.MergePatch);
        await gadgets.DeleteNamespacedAsync<V1Status>("default", "a", cluster.Token);

        var seen = new List<string>();
        await foreach (var (type, o) in cluster.Client.CustomObjects.WatchListNamespacedCustomObjectAsync(
            Gadget.Group, "v1", "default", "gadgets", resourceVersion: list.Metadata.ResourceVersion, cancellationToken: cluster.Token))
        {
            var gadget = KubernetesJson.Deserialize<Gadget>((JsonElement)o);
            seen.Add($"{type} {gadget.Status?.Phase}");
            if (type == WatchEventType.Deleted)
            {
                break;
            }
        }

        Assert.Equal(["Added ", "Modified Ready", "Deleted Ready"], seen);
    }

    private static Gadget Make(string name) => new() { Metadata = new() { Name = name }, Spec = new() { Size = 3, Owner = "me" } };

    private static Task<object> PatchStatusAsync(TestCluster cluster, string patch, V1Patch.PatchType type) =>
        cluster.Client.CustomObjects.PatchNamespacedCustomObjectStatusAsync(
            new V1Patch(patch, type), Gadget.Group, "v1", "default", "gadgets", "a", cancellationToken: cluster.Token);
}
