using System.Globalization;
using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>The whole controller on nodes that somebody announces.</summary>
public sealed class AnnouncedNodeTests
{
    [Fact]
    public async Task Notice_WithTimeEnough_MovesThePod()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var pod = await world.RunReplicaSet("redis", on: "spot");
        await AnnounceAsync(world, TimeSpan.FromMinutes(5));
        var done = await UntilMovedAsync(world, pod);
        Assert.Equal((MoveReasons.Interruption, Strategies.PreCopy), (done.Spec.Reason, done.Spec.Strategy));
        Assert.Equal("cheap", Assert.Single(await world.Pods()).Spec.NodeName);
    }

    [Fact]
    public async Task Notice_OfAPodThatCannotMove_EvictsItThroughTheApiAndItsOwnWebhook()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var pod = await world.RunReplicaSet("redis", on: "spot", with: set => set.Spec.Template.Spec.HostNetwork = true);
        await AnnounceAsync(world, TimeSpan.FromSeconds(30));
        await ControllerWorld.Eventually("its owner has made another one", async () => await world.Pods() is [{ Spec.NodeName: "cheap" }]);
        Assert.Empty(await world.Migrations());
        await ControllerWorld.Eventually("it is told", async () => (await world.Events()).Any(e => e.Reason == "EvictedInTime" && e.InvolvedObject.Uid == pod.Metadata.Uid));
    }

    [Fact]
    public async Task Maintenance_MovesThePodsAndKeepsTheNodeFree_UntilItIsTakenBack()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var pod = await world.RunReplicaSet("redis", on: "spot");
        await world.Annotate(ApiResource.Nodes, "spot", Names.Maintenance, "kernel");
        Assert.Equal(MoveReasons.Maintenance, (await UntilMovedAsync(world, pod)).Spec.Reason);
        Assert.Equal([DeadlineTaint.MaintenanceValue], await TaintsAsync(world));

        await world.Annotate(ApiResource.Nodes, "spot", Names.Maintenance, null!);
        await ControllerWorld.Eventually("the taint is gone", async () => (await TaintsAsync(world)).Count == 0);
    }

    [Fact]
    public async Task Maintenance_TakenBackWhileAPodWaitsForAPlace_EndsItsMove()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"));
        var pod = await world.RunReplicaSet("redis", on: "spot");
        await world.Annotate(ApiResource.Nodes, "spot", Names.Maintenance, "kernel");
        await ControllerWorld.Eventually("the move waits", async () => await world.Migrations() is [{ Status.Reason: Reasons.NoTarget }]);
        await world.Annotate(ApiResource.Nodes, "spot", Names.Maintenance, null!);
        await ControllerWorld.Eventually("the move is gone", async () => (await world.Migrations()).Count == 0);
        Assert.Equal(pod.Metadata.Uid, Assert.Single(await world.Pods()).Metadata.Uid);
    }

    [Fact]
    public async Task Risk_PodThatTheNoticeIsTooShortFor_IsCopiedAheadAndLetGoByTheNotice()
    {
        await using var world = await ControllerWorld.StartAsync();
        var (pod, held) = await HoldAsync(world);
        Assert.Equal(("cheap", MoveReasons.Interruption, null, null), (held.Status.TargetNode, held.Spec.Reason, held.Status.Owner, held.Status.Claim));
        Assert.Equal(pod.Metadata.Uid, Assert.Single(await world.Pods()).Metadata.Uid);

        await AnnounceAsync(world, TimeSpan.FromMinutes(5));
        await world.UntilPhase(Phases.Succeeded, held.Metadata.Name);
        Assert.Equal("cheap", Assert.Single(await world.Pods()).Spec.NodeName);
        Assert.Single(await world.Migrations());
    }

    [Fact]
    public async Task Risk_ThatPasses_EndsTheCopyAndThePodHasNoticedNothing()
    {
        await using var world = await ControllerWorld.StartAsync();
        var (pod, _) = await HoldAsync(world);
        var labels = (await world.Pod(pod.Metadata.Name))!.Metadata.Labels;

        await RecommendAsync(world, isRecommended: false);
        await ControllerWorld.Eventually("the copy is given up", async () => (await world.Migrations()).Count == 0);
        var after = Assert.Single(await world.Pods());
        Assert.Equal((pod.Metadata.Uid, "spot"), (after.Metadata.Uid, after.Spec.NodeName));
        Assert.Equal(labels, after.Metadata.Labels);
    }

    [Fact]
    public async Task Risk_EvictionOfAPodThatIsCopiedAhead_LetsItGo()
    {
        await using var world = await ControllerWorld.StartAsync();
        var (pod, held) = await HoldAsync(world);

        Assert.Equal(429, (await world.EvictAsync(pod.Metadata.Name)).Code);
        await world.UntilPhase(Phases.Succeeded, held.Metadata.Name);
    }

    [Fact]
    public async Task Drain_OfAnAutoscaler_BeginsWithItsTaint()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        var pod = await world.RunReplicaSet("redis", on: "spot");
        var taints = new Dictionary<string, object> { ["spec"] = new Dictionary<string, object> { ["taints"] = new[] { new V1Taint { Key = "karpenter.sh/disrupted", Effect = "NoSchedule" } } } };
        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "spot", taints, default);
        Assert.Null((await UntilMovedAsync(world, pod)).Spec.Deadline);
    }

    private static async Task<Migration> UntilMovedAsync(ControllerWorld world, V1Pod pod)
    {
        await ControllerWorld.Eventually("its move begins", async () => (await world.Migrations()).Any(m => m.Metadata.Name == Tries.NameOf(pod, 1)));
        return await world.UntilPhase(Phases.Succeeded, Tries.NameOf(pod, 1));
    }

    private static Task<RebalancePolicy> CopyAheadAsync(ControllerWorld world) => world.Client.CreateAsync(
        ApiResource.RebalancePolicies,
        null,
        new RebalancePolicy { Metadata = new V1ObjectMeta { Name = "default" }, Spec = new RebalancePolicySpec { Mode = PolicyModes.Auto, AheadOfNotice = new AheadOfNoticeSpec() } },
        default);

    /// <summary>Two GiB in half a minute are more than an unknown node sends.</summary>
    private static Task<V1Pod> RunLargeAsync(ControllerWorld world)
        => world.RunReplicaSet("redis", on: "spot", with: set => set.Spec.Template.Spec.Containers[0].Resources.Requests["memory"] = new ResourceQuantity("2Gi"));

    private static Task<V1Node> RecommendAsync(ControllerWorld world, bool isRecommended)
    {
        V1Taint[] taints = isRecommended ? [new V1Taint { Key = Names.RecommendationTaint, Value = "id", Effect = "PreferNoSchedule" }] : [];
        return world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "spot", new Dictionary<string, object> { ["spec"] = new Dictionary<string, object> { ["taints"] = taints } }, default);
    }

    /// <summary>A pod on a node of high risk, and the move that is held for it.</summary>
    private static async Task<(V1Pod Pod, Migration Held)> HoldAsync(ControllerWorld world)
    {
        await world.CreateNodes(("spot", "0.03"), ("cheap", "0.05"));
        await CopyAheadAsync(world);
        var pod = await RunLargeAsync(world);
        await RecommendAsync(world, isRecommended: true);
        Migration? held = null;
        await ControllerWorld.Eventually("its copy is held", async () => (held = (await world.Migrations()).SingleOrDefault(m => m.Spec.PodUID == pod.Metadata.Uid)) is { Status.Source.State: SourceState.Holding });
        return (pod, held!);
    }

    private static Task AnnounceAsync(ControllerWorld world, TimeSpan after)
        => world.Annotate(ApiResource.Nodes, "spot", Names.TerminatesAt, (TimeProvider.System.GetUtcNow() + after).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static async Task<IReadOnlyList<string>> TaintsAsync(ControllerWorld world)
        => [.. ((await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "spot", default))!.Spec.Taints ?? []).Select(t => t.Value)];
}
