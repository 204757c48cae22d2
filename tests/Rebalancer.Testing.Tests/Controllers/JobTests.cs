using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Controllers;

public sealed class JobTests
{
    private const string Tracking = "batch.kubernetes.io/job-tracking";

    [Fact]
    public async Task Completion_CountsEachSuccessOnceAndFreesThePods()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        await CreateAsync(cluster, Samples.Job("pi", completions: 2, parallelism: 2));
        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);
        Assert.All(pods.Items, p => Assert.Equal([Tracking], p.Metadata.Finalizers));
        Assert.All(pods.Items, p => Assert.Equal("pi", p.Metadata.Labels["batch.kubernetes.io/job-name"]));
        await StatusAsync(cluster, s => s is { Active: 2, Ready: 0 });

        await EndAsync(cluster, pods.Items[0], "Succeeded");
        await StatusAsync(cluster, s => s is { Active: 1, Succeeded: 1, CompletionTime: null });
        await EndAsync(cluster, pods.Items[1], "Succeeded");

        var status = await StatusAsync(cluster, s => s.CompletionTime is not null);
        Assert.Equal((2, null), (status.Succeeded, status.Active));
        Assert.Equal(["Complete", "SuccessCriteriaMet"], status.Conditions.Select(c => c.Type).Order(StringComparer.Ordinal));
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.All(p => p.Metadata.Finalizers is not { Count: > 0 }));
    }

    [Fact]
    public async Task DeletedRunningPod_CountsAsFailed()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        await CreateAsync(cluster, Samples.Job("pi"));
        var pod = (await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1)).Items[0];

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync(pod.Metadata.Name, "default", cancellationToken: cluster.Token);

        await StatusAsync(cluster, s => s is { Failed: 1, Succeeded: null });
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.All(p => p.Metadata.Uid != pod.Metadata.Uid));
    }

    [Fact]
    public async Task PodWithoutTheSelectorsLabel_IsReleasedWithItsFinalizerReplacedAndNotCounted()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        await CreateAsync(cluster, Samples.Job("pi"));
        var source = (await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1)).Items[0].Metadata.Name;

        await LabelAsync(cluster, source, "null");
        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);
        var released = pods.Items.Single(p => p.Metadata.Name == source);
        Assert.Empty(released.Metadata.OwnerReferences ?? []);
        Assert.Empty(released.Metadata.Finalizers ?? []);

        await cluster.Client.CoreV1.DeleteNamespacedPodAsync(source, "default", cancellationToken: cluster.Token);
        var left = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        await EndAsync(cluster, left.Items[0], "Succeeded");
        var status = await StatusAsync(cluster, s => s.CompletionTime is not null);
        Assert.Equal((1, null), (status.Succeeded, status.Failed));
    }

    [Fact]
    public async Task LabelPutBack_AdoptsThePodAgainAndDeletesTheOneThatIsNotReady()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        var job = await CreateAsync(cluster, Samples.Job("pi"));
        var source = (await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1)).Items[0].Metadata.Name;
        await cluster.RunPodAsync(source);
        await LabelAsync(cluster, source, "null");
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);

        await LabelAsync(cluster, source, $"\"{job.Metadata.Uid}\"");

        var pods = await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);
        Assert.Equal(source, pods.Items[0].Metadata.Name);
        Assert.Equal([Tracking], pods.Items[0].Metadata.Finalizers);
        await StatusAsync(cluster, s => s is { Active: 1, Ready: 1, Failed: null, Terminating: 0 });
    }

    [Fact]
    public async Task MoreFailuresThanTheLimit_EndTheJobAsFailed()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        var job = Samples.Job("pi");
        job.Spec.BackoffLimit = 0;
        await CreateAsync(cluster, job);
        var pod = (await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1)).Items[0];

        await EndAsync(cluster, pod, "Failed");

        var status = await StatusAsync(cluster, s => s.Conditions?.Any(c => c.Type == "Failed") == true);
        Assert.Equal((1, "BackoffLimitExceeded"), (status.Failed, status.Conditions.Single(c => c.Type == "Failed").Reason));
    }

    [Fact]
    public async Task DeletedJob_TakesItsPodsAlong()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        await CreateAsync(cluster, Samples.Job("pi"));
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 1);

        await cluster.Client.BatchV1.DeleteNamespacedJobAsync("pi", "default", propagationPolicy: "Background", cancellationToken: cluster.Token);

        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 0);
    }

    [Fact]
    public async Task IndexedAndSuspendedJobs_AreRefusedByName()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job);
        var job = Samples.Job("pi");
        (job.Spec.CompletionMode, job.Spec.Suspend) = ("Indexed", true);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(cluster, job));

        Assert.Contains("spec.completionMode", refusal.Response.Content, StringComparison.Ordinal);
        Assert.Contains("spec.suspend", refusal.Response.Content, StringComparison.Ordinal);
    }

    private static Task<V1Job> CreateAsync(TestCluster cluster, V1Job job) => cluster.Client.BatchV1.CreateNamespacedJobAsync(job, "default", cancellationToken: cluster.Token);

    private static Task<V1Pod> EndAsync(TestCluster cluster, V1Pod pod, string phase) => cluster.Client.CoreV1.PatchNamespacedPodStatusAsync(
        new V1Patch($$"""{"status":{"phase":"{{phase}}"} }""", V1Patch.PatchType.MergePatch), pod.Metadata.Name, "default", cancellationToken: cluster.Token);

    private static Task<V1Pod> LabelAsync(TestCluster cluster, string pod, string uid) => cluster.Client.CoreV1.PatchNamespacedPodAsync(
        new V1Patch($$"""{"metadata":{"labels":{"batch.kubernetes.io/controller-uid":{{uid}} } } }""", V1Patch.PatchType.MergePatch), pod, "default", cancellationToken: cluster.Token);

    private static async Task<V1JobStatus> StatusAsync(TestCluster cluster, Func<V1JobStatus, bool> isWanted) => (await cluster.EventuallyAsync(
        () => cluster.Client.BatchV1.ReadNamespacedJobAsync("pi", "default", cancellationToken: cluster.Token), j => j.Status is not null && isWanted(j.Status))).Status;
}
