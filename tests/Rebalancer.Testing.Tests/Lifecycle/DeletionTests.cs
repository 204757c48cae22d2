using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Lifecycle;

public sealed class DeletionTests
{
    [Fact]
    public async Task PodOnANode_IsMarkedAndGoesWhenItsKubeletDeletesIt()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));

        var marked = await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", cancellationToken: cluster.Token);
        var again = await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", cancellationToken: cluster.Token);
        var shortened = await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", new V1DeleteOptions { GracePeriodSeconds = 5 }, cancellationToken: cluster.Token);

        Assert.NotNull(marked.Metadata.DeletionTimestamp);
        Assert.Equal(30, marked.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal(marked.Metadata.ResourceVersion, again.Metadata.ResourceVersion);
        Assert.Equal(5, shortened.Metadata.DeletionGracePeriodSeconds);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        Assert.Empty((await cluster.PodsAsync()).Items);
    }

    [Fact]
    public async Task PodWithoutANode_GoesAtOnce()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", cancellationToken: cluster.Token);

        Assert.Empty((await cluster.PodsAsync()).Items);
    }

    [Fact]
    public async Task Delete_WithTheUidOfAnEarlierPod_IsRefused()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoreV1.DeleteNamespacedPodAsync(
            "a", "default", new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new() { Uid = "earlier" } }, cancellationToken: cluster.Token));

        Assert.Equal(HttpStatusCode.Conflict, refusal.Response.StatusCode);
        Assert.Contains("the UID in the precondition (earlier) does not match", refusal.Response.Content, StringComparison.Ordinal);
        Assert.Single((await cluster.PodsAsync()).Items);
    }

    [Fact]
    public async Task Finalizer_KeepsTheObjectUntilItIsRemoved()
    {
        await using var cluster = await TestCluster.StartAsync();
        var config = new V1ConfigMap { Metadata = new() { Name = "c", Finalizers = ["test.dev/hold"] } };
        await cluster.Client.CoreV1.CreateNamespacedConfigMapAsync(config, "default", cancellationToken: cluster.Token);
        await cluster.Client.CoreV1.DeleteNamespacedConfigMapAsync("c", "default", cancellationToken: cluster.Token);

        var held = await cluster.Client.CoreV1.ReadNamespacedConfigMapAsync("c", "default", cancellationToken: cluster.Token);
        Assert.NotNull(held.Metadata.DeletionTimestamp);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => PatchAsync("""{"metadata":{"finalizers":["test.dev/hold","test.dev/more"]}}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);

        await PatchAsync("""{"metadata":{"finalizers":null}}""");
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoreV1.ReadNamespacedConfigMapAsync("c", "default", cancellationToken: cluster.Token));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);

        Task<V1ConfigMap> PatchAsync(string patch) => cluster.Client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(patch, V1Patch.PatchType.MergePatch), "c", "default", cancellationToken: cluster.Token);
    }

    [Theory]
    [InlineData("Background", 0)]
    [InlineData("Foreground", 0)]
    [InlineData("Orphan", 2)]
    public async Task OwnerDeleted_DependentsGoOrStayAsAsked(string policy, int remaining)
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.ReplicaSet);
        await cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(Samples.ReplicaSet("web", 2), "default", cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);

        await cluster.Client.AppsV1.DeleteNamespacedReplicaSetAsync("web", "default", propagationPolicy: policy, cancellationToken: cluster.Token);

        await cluster.EventuallyAsync(
            () => cluster.Client.AppsV1.ListNamespacedReplicaSetAsync("default", cancellationToken: cluster.Token), l => l.Items.Count == 0);
        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == remaining);
        Assert.All(pods.Items, p => Assert.Empty(p.Metadata.OwnerReferences ?? []));
    }

    [Fact]
    public async Task NamespaceDeleted_TakesItsContentsAlong()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new() { Name = "lab" } }, cancellationToken: cluster.Token);
        await cluster.Client.CoreV1.CreateNamespacedPodAsync(Samples.Pod("a"), "lab", cancellationToken: cluster.Token);

        await cluster.Client.CoreV1.DeleteNamespaceAsync("lab", cancellationToken: cluster.Token);

        await cluster.EventuallyAsync(
            () => cluster.Client.CoreV1.ListNamespaceAsync(cancellationToken: cluster.Token), l => l.Items.All(n => n.Metadata.Name != "lab"));
        Assert.Empty((await cluster.Client.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cluster.Token)).Items);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() =>
            cluster.Client.CoreV1.CreateNamespacedPodAsync(Samples.Pod("a"), "lab", cancellationToken: cluster.Token));
        Assert.Equal(HttpStatusCode.NotFound, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task Eviction_WithoutAnyBudgetLeft_NamesTheBudgetAndKeepsThePod()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Disruption);
        await AddReadyPodAsync(cluster, "a");
        await AddBudgetAsync(cluster, new() { MinAvailable = 1 }, allowed: 0);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => EvictAsync(cluster, "a"));

        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.Response.StatusCode);
        var cause = JsonDocument.Parse(refusal.Response.Content).RootElement.GetProperty("details").GetProperty("causes")[0];
        Assert.Equal("DisruptionBudget", cause.GetProperty("reason").GetString());
        Assert.Equal("The disruption budget budget needs 1 healthy pods and has 1 currently", cause.GetProperty("message").GetString());
        Assert.Null((await cluster.PodsAsync()).Items[0].Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task Eviction_WithinTheBudget_TakesTheOnlySlot()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Disruption);
        await AddReadyPodAsync(cluster, "a");
        await AddReadyPodAsync(cluster, "b");
        await AddBudgetAsync(cluster, new() { MinAvailable = 1 }, allowed: 1);

        await EvictAsync(cluster, "a");
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => EvictAsync(cluster, "b"));
        await EvictAsync(cluster, "a");

        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.Response.StatusCode);
        var evicted = (await cluster.PodsAsync()).Items.Single(p => p.Metadata.Name == "a");
        Assert.NotNull(evicted.Metadata.DeletionTimestamp);
        Assert.Contains(evicted.Status.Conditions, c => c.Type == "DisruptionTarget" && c.Reason == "EvictionByEvictionAPI");
    }

    private static async Task AddReadyPodAsync(TestCluster cluster, string name)
    {
        await cluster.AddPodAsync(Samples.Pod(name, node: "n1", app: "web"));
        await cluster.RunPodAsync(name);
    }

    private static async Task AddBudgetAsync(TestCluster cluster, V1PodDisruptionBudgetSpec spec, int allowed)
    {
        spec.Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } };
        await cluster.Client.PolicyV1.CreateNamespacedPodDisruptionBudgetAsync(
            new V1PodDisruptionBudget { Metadata = new() { Name = "budget" }, Spec = spec }, "default", cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(
            () => cluster.Client.PolicyV1.ReadNamespacedPodDisruptionBudgetAsync("budget", "default", cancellationToken: cluster.Token),
            b => b.Status?.DisruptionsAllowed == allowed && b.Status.ObservedGeneration == 1);
    }

    private static Task<V1Eviction> EvictAsync(TestCluster cluster, string name) => cluster.Client.CoreV1.CreateNamespacedPodEvictionAsync(
        new V1Eviction { Metadata = new() { Name = name, NamespaceProperty = "default" } }, name, "default", cancellationToken: cluster.Token);
}
