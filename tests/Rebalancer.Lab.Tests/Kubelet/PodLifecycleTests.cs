using System.Net;
using k8s.Models;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Kubelet;

/// <summary>A pod's life under real containerd, on both versions of cgroups.</summary>
[Collection(PlainNodesCollection.Name)]
public sealed class PodLifecycleTests(PlainNodes nodes) : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    public static TheoryData<string> Nodes => new("n1", "n2");

    public void Dispose() => limit.Dispose();

    [Theory]
    [MemberData(nameof(Nodes))]
    public async Task Redis_Started_AnswersAtItsAddressAndDeletionLeavesNothing(string node)
    {
        var name = $"redis-{node}";
        var spec = Redis.BarePod(name, "default", memoryMegabytes: 20);
        spec.Spec.NodeName = node;
        spec.Spec.RuntimeClassName = null;
        var pod = await nodes.Pods.StartAsync(spec, limit.Token);
        var server = new IPEndPoint(IPAddress.Parse(pod.Status.PodIP), Redis.Port);
        await Listening.WaitAsync(server, TimeSpan.FromSeconds(20), TimeProvider.System, limit.Token);
        using var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, limit.Token);
        connection.Send(RespConnection.Encode("INCR", "counter"));
        Assert.Equal(1, connection.ReadInteger(TimeSpan.FromSeconds(5), limit.Token));
        Assert.Equal(nodes.Lab.Node(node).Address, pod.Status.HostIP);
        Assert.StartsWith("containerd://", Pods.Only(pod).ContainerID, StringComparison.Ordinal);

        await nodes.Pods.DeleteAsync(name, limit.Token);
        await AssertNothingOfAsync(pod.Uid(), nodes.Lab.Node(node));
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public async Task Pod_DeletedWhileFrozen_IsKilledAndLeavesNothing(string node)
    {
        var machine = nodes.Lab.Node(node);
        var pod = await nodes.Pods.StartAsync(Pods.Shell($"frozen-{node}", node, Pods.Stay), limit.Token);
        var container = Pods.Only(pod).ContainerID["containerd://".Length..];
        var paused = await machine.RunAsync(limit.Token, "runc", "--root", "/run/containerd/runc/k8s.io", "pause", container);
        Assert.Equal((0, ""), (paused.ExitCode, paused.Error));

        await nodes.Pods.DeleteAsync(pod.Name(), limit.Token, graceSeconds: 1);
        await AssertNothingOfAsync(pod.Uid(), machine);
    }

    [Fact]
    public async Task Pod_ForceDeleted_IsGoneFromTheNodeToo()
    {
        var pod = await nodes.Pods.StartAsync(Pods.Shell("forced", "n1", Pods.Stay), limit.Token);
        await nodes.Pods.DeleteAsync(pod.Name(), limit.Token, graceSeconds: 0);
        await AssertNothingOfAsync(pod.Uid(), nodes.First);
    }

    [Fact]
    public async Task Containers_OfOnePod_AreStartedOneAfterAnother()
    {
        var pod = Pods.Shell("two", "n1", Pods.Stay);
        pod.Spec.Containers[0].Lifecycle = new V1Lifecycle { PostStart = new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["sleep", "1"] } } };
        pod.Spec.Containers.Add(new V1Container { Name = "after", Image = pod.Spec.Containers[0].Image, Command = pod.Spec.Containers[0].Command });
        var running = await nodes.Pods.StartAsync(pod, limit.Token);
        var (first, second) = (running.Status.ContainerStatuses[0].State.Running.StartedAt, running.Status.ContainerStatuses[1].State.Running.StartedAt);
        Assert.True(second > first, $"the second container started at {second:O}, the first with a hook of 1 s at {first:O}");
        await nodes.Pods.DeleteAsync("two", limit.Token);
    }

    [Fact]
    public async Task Job_ContainerEnds_PodSucceedsWithItsMessage()
    {
        var pod = Pods.Shell("once", "n1", "echo bye > /dev/termination-log");
        pod.Spec.RestartPolicy = "Never";
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var ended = await nodes.Pods.WaitAsync("once", current => current.Status?.Phase == "Succeeded", "succeeded", limit.Token);
        Assert.Equal("bye\n", Pods.Only(ended).State.Terminated.Message);
        await nodes.Pods.DeleteAsync("once", limit.Token);
    }

    private async Task AssertNothingOfAsync(string uid, LabNode node)
    {
        await Poll.UntilAsync(() => LeftAsync(uid, node), EndLimit, $"records of pod {uid} gone from {node.Name}", limit.Token);
        await Poll.UntilAsync(() => !CgroupsOf(uid, node).Any(), EndLimit, $"cgroups of pod {uid} gone from {node.Name}", limit.Token);
        await Poll.UntilAsync(() => !Directory.Exists($"{node.Root}/var/lib/kubelet/pods/{uid}"), EndLimit, $"volumes of pod {uid} gone from {node.Name}", limit.Token);
        var sandboxes = await node.Cri.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: limit.Token);
        var netns = (await node.RunAsync(limit.Token, "ls", "/run/netns")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(sandboxes.Items.Count(sandbox => sandbox.State == PodSandboxState.SandboxReady), netns.Length);
    }

    private static IEnumerable<string> CgroupsOf(string uid, LabNode node) =>
        Hierarchy.Mounted().SelectMany(hierarchy => Directory.GetDirectories(hierarchy.PathOf(node.Cgroup), $"*{uid}*", SearchOption.AllDirectories));

    private async Task<bool> LeftAsync(string uid, LabNode node)
    {
        var sandboxes = await node.Cri.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: limit.Token);
        return sandboxes.Items.All(sandbox => sandbox.Metadata.Uid != uid);
    }
}
