using System.Net;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Clients;

public sealed class BuiltInResourceTests
{
    [Fact]
    public async Task Pod_AsCreated_HasTheServersDefaults()
    {
        await using var cluster = await TestCluster.StartAsync();

        var pod = await cluster.AddPodAsync(Samples.Pod("a", cpu: "100m"));

        Assert.Equal(30, pod.Spec.TerminationGracePeriodSeconds);
        Assert.Equal("default-scheduler", pod.Spec.SchedulerName);
        Assert.Equal("IfNotPresent", pod.Spec.Containers[0].ImagePullPolicy);
        Assert.Equal("Burstable", pod.Status.QosClass);
        Assert.Equal("Pending", pod.Status.Phase);
        Assert.Equal(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"], pod.Spec.Tolerations.Select(t => t.Key));
    }

    [Fact]
    public async Task PodSpec_OnceCreated_CannotBeMovedByAnUpdate()
    {
        await using var cluster = await TestCluster.StartAsync();
        var pod = await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));
        pod.Spec.NodeName = "n2";

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoreV1.ReplaceNamespacedPodAsync(pod, "a", "default", cancellationToken: cluster.Token));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);
        Assert.Contains("pod updates may not change fields", refusal.Response.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownFields_OfABuiltInObject_AreKept()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };
        using var body = new StringContent("""{"metadata":{"name":"c"},"data":{"a":"b"},"fromTheFuture":{"x":[1,2]}}""", Encoding.UTF8, "application/json");

        using var response = await http.PostAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative), body, cluster.Token);
        await cluster.Client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"data":{"c":"d"}}""", V1Patch.PatchType.StrategicMergePatch), "c", "default", cancellationToken: cluster.Token);
        var stored = JsonDocument.Parse(await http.GetStringAsync(new Uri("/api/v1/namespaces/default/configmaps/c", UriKind.Relative), cluster.Token)).RootElement;

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(2, stored.GetProperty("fromTheFuture").GetProperty("x").GetArrayLength());
        Assert.Equal("d", stored.GetProperty("data").GetProperty("c").GetString());
    }

    [Fact]
    public async Task ListItems_OfABuiltInKind_HaveNoKind()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));

        var item = (await cluster.PodsAsync()).Items[0];

        Assert.Null(item.Kind);
        Assert.Null(item.ApiVersion);
    }

    [Fact]
    public async Task Lease_OfTheClientLibrary_IsRenewedAndOtherTimesAreRefused()
    {
        await using var cluster = await TestCluster.StartAsync();
        var lease = new V1Lease { Metadata = new() { Name = "leader" }, Spec = new() { HolderIdentity = "a", RenewTime = TimeProvider.System.GetUtcNow().UtcDateTime } };

        var created = await cluster.Client.CoordinationV1.CreateNamespacedLeaseAsync(lease, "default", cancellationToken: cluster.Token);
        created.Spec.HolderIdentity = "b";
        var updated = await cluster.Client.CoordinationV1.ReplaceNamespacedLeaseAsync(created, "leader", "default", cancellationToken: cluster.Token);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoordinationV1.PatchNamespacedLeaseAsync(
            new V1Patch("""{"spec":{"renewTime":"2026-01-01T00:00:00Z"}}""", V1Patch.PatchType.MergePatch), "leader", "default", cancellationToken: cluster.Token));

        Assert.Equal("b", updated.Spec.HolderIdentity);
        Assert.Equal(HttpStatusCode.BadRequest, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task Event_OfTheNewGroup_IsTheSameObjectInTheOldOne()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.EventsV1.CreateNamespacedEventAsync(
            new Eventsv1Event
            {
                Metadata = new() { Name = "e" },
                Regarding = new() { Kind = "Pod", Name = "a", NamespaceProperty = "default" },
                Note = "moved",
                Reason = "Moved",
                Action = "Move",
                Type = "Normal",
                ReportingController = "rebalancer.dev/descheduler",
                ReportingInstance = "one",
                EventTime = TimeProvider.System.GetUtcNow().UtcDateTime,
            },
            "default",
            cancellationToken: cluster.Token);

        var old = await cluster.Client.CoreV1.ListNamespacedEventAsync("default", fieldSelector: "involvedObject.name=a", cancellationToken: cluster.Token);
        var recent = await cluster.Client.EventsV1.ListNamespacedEventAsync("default", fieldSelector: "regarding.name=a", cancellationToken: cluster.Token);

        Assert.Equal("moved", old.Items.Single().Message);
        Assert.Equal("moved", recent.Items.Single().Note);
        Assert.Equal("rebalancer.dev/descheduler", recent.Items.Single().ReportingController);
    }

    [Fact]
    public async Task Definition_MadeThroughTheApi_IsServedAtOnceAndGoneWithItsObjects()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.ApiextensionsV1.DeleteCustomResourceDefinitionAsync("gadgets.test.rebalancer.dev", cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => StatusOfGadgetsAsync(cluster), s => s == HttpStatusCode.NotFound);
        var definition = KubernetesYaml.Deserialize<V1CustomResourceDefinition>(await File.ReadAllTextAsync(Path.Combine(TestCluster.CrdFolder, "gadgets.yaml"), cluster.Token));

        var created = await cluster.Client.ApiextensionsV1.CreateCustomResourceDefinitionAsync(definition, cancellationToken: cluster.Token);

        Assert.Contains(created.Status.Conditions, c => c is { Type: "Established", Status: "True" });
        Assert.Equal(HttpStatusCode.OK, await StatusOfGadgetsAsync(cluster));
    }

    [Fact]
    public async Task BrokenDefinitionFile_IsNamedAtStart()
    {
        var folder = Directory.CreateTempSubdirectory("double-crds-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.yaml"), "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {}\n");

            var error = await Assert.ThrowsAsync<InvalidDataException>(() => TestCluster.StartAsync(new ApiServerOptions { CrdFolders = [folder.FullName] }));

            Assert.Contains("bad.yaml", error.Message, StringComparison.Ordinal);
            Assert.Contains("spec.group: Required value", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"metadata":{"name":"UPPER"}}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"kind":"Secret","metadata":{"name":"x"}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"metadata":{"name":"x","namespace":"elsewhere"}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"metadata":{"name":"x","labels":{"a":7}}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"metadata":{"name":"x","labels":{"a":"no spaces"}}}""", HttpStatusCode.UnprocessableEntity)]
    public async Task BadBody_IsRefusedAndNothingIsStored(string text, HttpStatusCode expected)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };
        using var body = new StringContent(text, Encoding.UTF8, "application/json");

        using var response = await http.PostAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative), body, cluster.Token);

        Assert.Equal(expected, response.StatusCode);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedConfigMapAsync("default", cancellationToken: cluster.Token)).Items);
    }

    private static async Task<HttpStatusCode> StatusOfGadgetsAsync(TestCluster cluster)
    {
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };
        using var response = await http.GetAsync(new Uri("/apis/test.rebalancer.dev/v1/gadgets", UriKind.Relative), cluster.Token);
        return response.StatusCode;
    }
}
