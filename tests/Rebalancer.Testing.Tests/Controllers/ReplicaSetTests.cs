using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class ReplicaSetTests
{
    [Fact]
    public async Task PodThatLosesItsLabel_IsReleasedAndReplaced()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.ReplicaSet | ControllerSet.Scheduler);
        await cluster.AddNodeAsync("n1");
        await cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(Samples.ReplicaSet("web", 1), "default", cancellationToken: cluster.Token);
        var before = await cluster.EventuallyAsync(() => cluster.PodsAsync("app=web"), l => l.Items is [{ Spec.NodeName: "n1" }]);
        var released = before.Items[0].Metadata.Name;

        await cluster.Client.CoreV1.PatchNamespacedPodAsync(
            new V1Patch("""{"metadata":{"labels":{"app":null}}}""", V1Patch.PatchType.MergePatch), released, "default", cancellationToken: cluster.Token);

        var after = await cluster.EventuallyAsync(() => cluster.PodsAsync("app=web"), l => l.Items is [{ Spec.NodeName: "n1" }]);
        Assert.NotEqual(released, after.Items[0].Metadata.Name);
        Assert.StartsWith("web-", after.Items[0].Metadata.Name, StringComparison.Ordinal);
        var orphan = await cluster.EventuallyAsync(
            () => cluster.Client.CoreV1.ReadNamespacedPodAsync(released, "default", cancellationToken: cluster.Token), p => p.Metadata.OwnerReferences is not { Count: > 0 });
        Assert.Null(orphan.Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task LabelPutBack_WithHigherDeletionCost_KeepsThatPodAndDeletesTheOther()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.ReplicaSet | ControllerSet.Scheduler);
        await cluster.AddNodeAsync("n1");
        await cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(Samples.ReplicaSet("web", 1), "default", cancellationToken: cluster.Token);
        var source = (await cluster.EventuallyAsync(() => cluster.PodsAsync("app=web"), l => l.Items is [{ Spec.NodeName: "n1" }])).Items[0].Metadata.Name;
        await cluster.RunPodAsync(source);
        await LabelAsync(cluster, source, "null", "{}");
        var replacement = (await cluster.EventuallyAsync(() => cluster.PodsAsync("app=web"), l => l.Items is [{ Spec.NodeName: "n1" }])).Items[0].Metadata.Name;
        await cluster.RunPodAsync(replacement);

        await LabelAsync(cluster, source, "\"web\"", """{"controller.kubernetes.io/pod-deletion-cost":"100"}""");

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Any(p => p.Metadata.DeletionTimestamp is not null));
        Assert.Equal([replacement], pods.Items.Where(p => p.Metadata.DeletionTimestamp is not null).Select(p => p.Metadata.Name));
        Assert.Single(pods.Items.Single(p => p.Metadata.Name == source).Metadata.OwnerReferences);
    }

    private static Task<V1Pod> LabelAsync(TestCluster cluster, string pod, string app, string annotations) => cluster.Client.CoreV1.PatchNamespacedPodAsync(
        new V1Patch($$"""{"metadata":{"labels":{"app":{{app}} },"annotations":{{annotations}} } }""", V1Patch.PatchType.MergePatch), pod, "default", cancellationToken: cluster.Token);
}
