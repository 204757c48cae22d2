using k8s.Models;
using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>The test plays the descheduler, which moves pods off nodes that are announced.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Drain_PodsLeave_DoneAndWhatStaysIsListed()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        var redis = await world.PodAsync("redis", "a");
        await world.PodAsync("rings", "a", condition: "False");
        await world.PodAsync("logs", "a", with: p => p.Metadata.OwnerReferences = [new V1OwnerReference { ApiVersion = "apps/v1", Kind = "DaemonSet", Name = "logs", Uid = "d", Controller = true }]);
        await world.PodAsync("elsewhere", "b");

        var run = world.Run("drain", "a", "--reason", "new kernel");
        await ClusterWorld.Until("the node is announced", async () => (await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "a", default))! is { Spec.Unschedulable: true } node && node.Metadata.Annotations[Names.Maintenance] == "new kernel" ? node : null);
        await world.Client.DeleteAsync(ApiResource.Pods, ClusterWorld.Ns, "redis", redis.Metadata.Uid, 0, default);
        var (exit, output, errors) = await run;

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains("1 pod cannot move, and stays", output, StringComparison.Ordinal);
        Assert.Contains("it uses io_uring", output, StringComparison.Ordinal);
        Assert.DoesNotContain("logs", output, StringComparison.Ordinal);
        Assert.EndsWith("Node a is closed, and no pod that can move is left on it.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_TimeIsUp_Exit3WithWhatIsLeftAndWhy()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        var redis = await world.PodAsync("redis", "a");
        var migration = new Migration { Metadata = new V1ObjectMeta { Name = "m", NamespaceProperty = ClusterWorld.Ns, Labels = new Dictionary<string, string> { [Names.SourceNodeLabel] = "a" } }, Spec = new MigrationSpec { PodName = "redis", PodUID = redis.Metadata.Uid } };
        migration = await world.Client.CreateAsync(ApiResource.Migrations, ClusterWorld.Ns, migration, default);
        await world.WriteStatusAsync(migration, new { phase = Phases.RolledBack, podUID = redis.Metadata.Uid, reason = Reasons.TransferFailed, message = "no route to b" });

        var (exit, output, _) = await world.Run("drain", "a", "--timeout", "30s");

        Assert.Equal(3, exit);
        Assert.Contains("Node a still has 1 pod that can move:", output, StringComparison.Ordinal);
        Assert.Contains("TransferFailed: no route to b", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_NoWait_JustAnnouncesIt()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        await world.PodAsync("redis", "a");

        var report = await world.Json("drain", "a", "--wait=false");

        Assert.Equal(("shop/redis", true), (report.GetProperty("waiting")[0].GetProperty("pod").GetString(), report.GetProperty("closed").GetBoolean()));
        Assert.Equal("drained by system:admin", (await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "a", default))!.Metadata.Annotations[Names.Maintenance]);
    }

    [Fact]
    public async Task Undo_DrainedNode_BothAreTakenBack()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        await world.Run("drain", "a", "--wait=false");

        var (exit, output, _) = await world.Run("drain", "a", "--undo");

        Assert.Equal((0, "Node a takes pods again; moves that have begun end as they would.\n"), (exit, output));
        var node = await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "a", default);
        Assert.False(node!.Spec.Unschedulable ?? false);
        Assert.False(node.Metadata.Annotations.ContainsKey(Names.Maintenance));
    }

    [Theory]
    [InlineData("drain", "nowhere")]
    [InlineData("drain", "nowhere", "--undo")]
    public async Task Drain_NoSuchNode_Exit1(params string[] arguments)
    {
        await using var world = await ClusterWorld.StartAsync();

        Assert.Equal(new Outcome(1, "", "node nowhere does not exist\n"), await world.Run(arguments));
    }
}
