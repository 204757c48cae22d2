using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class StatefulSetTests
{
    [Fact]
    public async Task OrderedReady_MakesTheNextPodOnlyWhenTheOneBeforeIsReady()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        await CreateAsync(cluster, Samples.StatefulSet("db", 2));

        var first = Assert.Single((await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count > 0)).Items);
        Assert.Equal("db-0", first.Metadata.Name);
        Assert.Equal(("db-0", "0"), (first.Metadata.Labels["statefulset.kubernetes.io/pod-name"], first.Metadata.Labels["apps.kubernetes.io/pod-index"]));
        Assert.Equal(("db-0", "db-headless"), (first.Spec.Hostname, first.Spec.Subdomain));

        await cluster.RunPodAsync("db-0");
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);
        await cluster.RunPodAsync("db-1");
        await StatusAsync(cluster, s => s is { ReadyReplicas: 2, CurrentReplicas: 2, UpdatedReplicas: 2, ObservedGeneration: 1 });
    }

    [Fact]
    public async Task DeletedPod_ComesBackUnderItsNameOnceItIsGone()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        await CreateAsync(cluster, Samples.StatefulSet("db", 1));
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        await BindAsync(cluster, "db-0");
        var before = await cluster.RunPodAsync("db-0");

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("db-0", "default", cancellationToken: cluster.Token);
        await StatusAsync(cluster, s => s is { Replicas: 1, CurrentReplicas: null });
        Assert.Equal(before.Metadata.Uid, (await cluster.PodsAsync()).Items.Single().Metadata.Uid);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("db-0", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items is [{ Metadata.Name: "db-0" }] && l.Items[0].Metadata.Uid != before.Metadata.Uid);
    }

    [Fact]
    public async Task Parallel_MakesAndDeletesAtOnce()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        var set = Samples.StatefulSet("db", 3);
        set.Spec.PodManagementPolicy = "Parallel";
        await CreateAsync(cluster, set);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 3);

        await PatchAsync(cluster, """{"spec":{"replicas":1}}""");
        var left = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        Assert.Equal("db-0", left.Items[0].Metadata.Name);
    }

    [Fact]
    public async Task ScaledDown_InOrder_DeletesTheHighestOrdinalFirst()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        await RunAsync(cluster, Samples.StatefulSet("db", 3), 3);

        await PatchAsync(cluster, """{"spec":{"replicas":1}}""");

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Any(p => p.Metadata.DeletionTimestamp is not null));
        Assert.Equal(["db-2"], pods.Items.Where(p => p.Metadata.DeletionTimestamp is not null).Select(p => p.Metadata.Name));
    }

    [Fact]
    public async Task Rollout_WithPartition_ReplacesHigherOrdinalsOnlyAndRemembersBothRevisions()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        await RunAsync(cluster, Samples.StatefulSet("db", 2), 2);
        var old = (await StatusAsync(cluster, s => s.CurrentRevision is not null)).CurrentRevision;

        await PatchAsync(cluster, """{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}},"template":{"metadata":{"annotations":{"v":"2"}}}}}""");
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Any(p => p.Metadata.Name == "db-1" && p.Metadata.DeletionTimestamp is not null));
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("db-1", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Any(p => p.Metadata.Name == "db-1" && p.Metadata.DeletionTimestamp is null));
        await cluster.RunPodAsync("db-1");

        var status = await StatusAsync(cluster, s => s is { ReadyReplicas: 2, UpdatedReplicas: 1, CurrentReplicas: 1 });
        Assert.Equal(old, status.CurrentRevision);
        Assert.NotEqual(old, status.UpdateRevision);
        var revisions = (await cluster.PodsAsync()).Items.ToDictionary(p => p.Metadata.Name, p => p.Metadata.Labels["controller-revision-hash"]);
        Assert.Equal((old, status.UpdateRevision), (revisions["db-0"], revisions["db-1"]));
        Assert.Equal(2, (await cluster.Client.AppsV1.ListNamespacedControllerRevisionAsync("default", cancellationToken: cluster.Token)).Items.Count);
    }

    [Fact]
    public async Task OnDelete_LeavesPodsOfTheOldRevisionUntilSomebodyDeletesThem()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        var set = Samples.StatefulSet("db", 1);
        set.Spec.UpdateStrategy = new() { Type = "OnDelete" };
        await RunAsync(cluster, set, 1);

        await PatchAsync(cluster, """{"spec":{"template":{"metadata":{"annotations":{"v":"2"}}}}}""");
        var status = await StatusAsync(cluster, s => s.ObservedGeneration == 2);
        Assert.NotEqual(status.CurrentRevision, status.UpdateRevision);
        Assert.Null((await cluster.PodsAsync()).Items.Single().Metadata.DeletionTimestamp);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("db-0", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items is [var pod] && pod.Metadata.Labels["controller-revision-hash"] == status.UpdateRevision);
    }

    [Fact]
    public async Task ClaimTemplate_MakesAClaimAPodThatItsSuccessorFindsAgain()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        var set = Samples.StatefulSet("db", 1);
        set.Spec.VolumeClaimTemplates = [new() { Metadata = new() { Name = "data" }, Spec = new() { AccessModes = ["ReadWriteOnce"] } }];
        await CreateAsync(cluster, set);

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        Assert.Equal("data-db-0", Assert.Single(pods.Items[0].Spec.Volumes).PersistentVolumeClaim.ClaimName);
        var claim = await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data-db-0", "default", cancellationToken: cluster.Token);
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("db-0", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items is [var pod] && pod.Metadata.Uid != pods.Items[0].Metadata.Uid);
        Assert.Equal(claim.Metadata.Uid, (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync("default", cancellationToken: cluster.Token)).Items.Single().Metadata.Uid);
    }

    [Fact]
    public async Task RetentionPolicyDelete_IsRefusedByName()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.StatefulSet);
        var set = Samples.StatefulSet("db", 1);
        set.Spec.PersistentVolumeClaimRetentionPolicy = new() { WhenScaled = "Delete" };

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(cluster, set));

        Assert.Contains("spec.persistentVolumeClaimRetentionPolicy.whenScaled", refusal.Response.Content, StringComparison.Ordinal);
    }

    private static Task<V1StatefulSet> CreateAsync(TestCluster cluster, V1StatefulSet set) =>
        cluster.Client.AppsV1.CreateNamespacedStatefulSetAsync(set, "default", cancellationToken: cluster.Token);

    private static async Task RunAsync(TestCluster cluster, V1StatefulSet set, int count)
    {
        await CreateAsync(cluster, set);
        for (var i = 0; i < count; i++)
        {
            await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == i + 1);
            await BindAsync(cluster, $"{set.Metadata.Name}-{i}");
            await cluster.RunPodAsync($"{set.Metadata.Name}-{i}");
        }

        await StatusAsync(cluster, s => s.ReadyReplicas == count && s.CurrentReplicas == count);
    }

    private static Task<V1Binding> BindAsync(TestCluster cluster, string pod) => cluster.Client.CoreV1.CreateNamespacedPodBindingAsync(
        new V1Binding { Metadata = new() { Name = pod }, Target = new() { Name = "n1" } }, pod, "default", cancellationToken: cluster.Token);

    private static Task<V1StatefulSet> PatchAsync(TestCluster cluster, string patch) =>
        cluster.Client.AppsV1.PatchNamespacedStatefulSetAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), "db", "default", cancellationToken: cluster.Token);

    private static async Task<V1StatefulSetStatus> StatusAsync(TestCluster cluster, Func<V1StatefulSetStatus, bool> isWanted) => (await cluster.EventuallyAsync(
        () => cluster.Client.AppsV1.ReadNamespacedStatefulSetAsync("db", "default", cancellationToken: cluster.Token), s => s.Status is not null && isWanted(s.Status))).Status;
}
