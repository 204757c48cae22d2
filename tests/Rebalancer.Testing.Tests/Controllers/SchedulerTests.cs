using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class SchedulerTests
{
    [Fact]
    public async Task RequiredAffinityToANodeName_BindsThereAlthoughAnotherIsFreer()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Scheduler);
        await cluster.AddNodeAsync("large", cpu: "64");
        await cluster.AddNodeAsync("small", cpu: "1");
        var pod = Samples.Pod("a", cpu: "500m");
        pod.Spec.Affinity = new()
        {
            NodeAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new() { NodeSelectorTerms = [new() { MatchFields = [new() { Key = "metadata.name", OperatorProperty = "In", Values = ["small"] }] }] },
            },
        };

        await cluster.AddPodAsync(pod);

        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items[0].Spec.NodeName == "small");
    }

    [Fact]
    public async Task PodThatFitsNowhere_SaysWhyAndIsBoundOnceThereIsRoom()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Scheduler);
        await cluster.AddNodeAsync("tainted", "4", new V1Taint { Key = "rebalancer.dev/interruption", Effect = "NoSchedule" });
        await cluster.AddNodeAsync("full", cpu: "1");
        await cluster.AddPodAsync(Samples.Pod("first", node: "full", cpu: "800m"));
        await cluster.AddPodAsync(Samples.Pod("second", cpu: "500m"));

        var waiting = await cluster.EventuallyAsync(() => ReadAsync(cluster, "second"), p => p.Status.Conditions?.Any(c => c.Reason == "Unschedulable") == true);
        Assert.Contains("Insufficient cpu", waiting.Status.Conditions[0].Message, StringComparison.Ordinal);
        Assert.Contains("untolerated taint {rebalancer.dev/interruption: }", waiting.Status.Conditions[0].Message, StringComparison.Ordinal);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("first", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => ReadAsync(cluster, "second"), p => p.Spec.NodeName == "full");
    }

    [Fact]
    public async Task UnknownRuntimeClass_IsForbiddenAtCreation()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Scheduler);
        var pod = Samples.Pod("a");
        pod.Spec.RuntimeClassName = "rebalancer";

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.AddPodAsync(pod));
        Assert.Contains("RuntimeClass \\\"rebalancer\\\" not found", refusal.Response.Content, StringComparison.Ordinal);

        await cluster.Client.NodeV1.CreateRuntimeClassAsync(new V1RuntimeClass { Metadata = new() { Name = "rebalancer" }, Handler = "rebalancer" }, cancellationToken: cluster.Token);
        await cluster.AddPodAsync(pod);
    }

    [Fact]
    public async Task Binding_OfABoundPod_IsAConflict()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.Client.CoreV1.CreateNamespacedPodBindingAsync(
            new V1Binding { Metadata = new() { Name = "a" }, Target = new() { Name = "n2" } }, "a", "default", cancellationToken: cluster.Token));

        Assert.Equal(System.Net.HttpStatusCode.Conflict, refusal.Response.StatusCode);
    }

    private static Task<V1Pod> ReadAsync(TestCluster cluster, string name) => cluster.Client.CoreV1.ReadNamespacedPodAsync(name, "default", cancellationToken: cluster.Token);
}
