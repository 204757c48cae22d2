using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class ServiceAndDeploymentTests
{
    [Fact]
    public async Task EndpointSlice_ListsReadyAddressesAndMarksTerminatingOnes()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.EndpointSlice);
        await cluster.Client.CoreV1.CreateNamespacedServiceAsync(
            new V1Service
            {
                Metadata = new() { Name = "web" },
                Spec = new() { Selector = new Dictionary<string, string> { ["app"] = "web" }, Ports = [new() { Port = 80, TargetPort = 6379 }] },
            },
            "default",
            cancellationToken: cluster.Token);
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1", app: "web"));
        await SliceAsync(cluster, s => s.Endpoints.Count == 0);

        await cluster.RunPodAsync("a", address: "10.88.1.7");
        var slice = await SliceAsync(cluster, s => s.Endpoints is [{ Conditions.Ready: true }]);
        Assert.Equal(["10.88.1.7"], slice.Endpoints[0].Addresses);
        Assert.Equal(6379, slice.Ports[0].Port);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", cancellationToken: cluster.Token);
        await SliceAsync(cluster, s => s.Endpoints is [{ Conditions: { Ready: false, Serving: true, Terminating: true } }]);
    }

    [Fact]
    public async Task Deployment_MakesOneSetOfItsTemplateAndScalesIt()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.All);
        await cluster.AddNodeAsync("n1");
        var set = Samples.ReplicaSet("web", 2);
        await cluster.Client.AppsV1.CreateNamespacedDeploymentAsync(
            new V1Deployment { Metadata = new() { Name = "web" }, Spec = new() { Replicas = 2, Selector = set.Spec.Selector, Template = set.Spec.Template } },
            "default",
            cancellationToken: cluster.Token);

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync("pod-template-hash"), l => l.Items.Count == 2 && l.Items.All(p => p.Spec.NodeName == "n1"));
        var owner = pods.Items[0].Metadata.OwnerReferences.Single();
        Assert.Equal($"web-{pods.Items[0].Metadata.Labels["pod-template-hash"]}", owner.Name);

        foreach (var pod in pods.Items)
        {
            await cluster.RunPodAsync(pod.Metadata.Name);
        }

        await cluster.EventuallyAsync(
            () => cluster.Client.AppsV1.ReadNamespacedDeploymentAsync("web", "default", cancellationToken: cluster.Token),
            d => d.Status is { ReadyReplicas: 2, UpdatedReplicas: 2, ObservedGeneration: 1 } && d.Status.Conditions.Any(c => c is { Type: "Available", Status: "True" }));

        await cluster.Client.AppsV1.PatchNamespacedDeploymentScaleAsync(
            new V1Patch("""{"spec":{"replicas":1}}""", V1Patch.PatchType.MergePatch), "web", "default", cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count(p => p.Metadata.DeletionTimestamp is null) == 1);
    }

    private static async Task<V1EndpointSlice> SliceAsync(TestCluster cluster, Func<V1EndpointSlice, bool> isWanted)
    {
        var list = await cluster.EventuallyAsync(
            () => cluster.Client.DiscoveryV1.ListNamespacedEndpointSliceAsync("default", labelSelector: "kubernetes.io/service-name=web", cancellationToken: cluster.Token),
            l => l.Items.Count == 1 && isWanted(l.Items[0]));
        return list.Items[0];
    }
}
