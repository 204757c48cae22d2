using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Descheduler.Tests.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>A watch may be seconds behind, and a new leader knows nothing of the writes of the last one.</summary>
public sealed class OldCopyTests
{
    /// <summary>Else a source whose labels have been taken, though the copy here still has them, would stay without its owner for ever.</summary>
    [Fact]
    public void Next_RolledBack_OnlyAsTheSourceIsByThen()
    {
        var move = new SimulatedMove().ToFreezing();
        move.Decide(Decision.Aborted);
        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Settle().OwnerReacts();
        move.Settle();

        Assert.Equal(Phases.RolledBack, move.Phase);
        var end = move.Done.FindIndex(a => a is MoveAction.EnterPhase { To: Phases.RolledBack });
        Assert.Equal(move.Source, Assert.IsType<MoveAction.Confirm>(move.Done[end - 1]).Pod);
    }

    [Fact]
    public async Task Confirm_PodHasChanged_StopsTheStepAndTakesTheNewCopy()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        // Nobody else writes it.
        var pod = Builders.Pod("redis", node: null);
        pod.Spec.SchedulerName = "nobody";
        await world.Client.CreateAsync(ApiResource.Pods, ControllerWorld.Ns, pod, default);
        var cache = new ClusterCache(world.Client, new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await ListOnceAsync(cache.Pods);
        var old = cache.Pods.Get(ControllerWorld.Ns, "redis")!;
        var executor = new MoveExecutor(world.Client, cache, null!, null!);
        var observation = new SimulatedMove().Observe();

        await world.Client.PatchAsync<V1Pod>(ApiResource.Pods, ControllerWorld.Ns, "redis", new JsonPatch().Set("/metadata/annotations", new Dictionary<string, string> { ["a"] = "b" }), default);

        Assert.True((await Assert.ThrowsAsync<ApiException>(() => executor.DoAsync(observation, Of(old), default))).IsConflict);
        await executor.DoAsync(observation, Of(cache.Pods.Get(ControllerWorld.Ns, "redis")!), default);
        await Assert.ThrowsAsync<ApiException>(() => executor.DoAsync(observation, new MoveAction.Confirm("redis", old.Metadata.Uid, null), default));
        await executor.DoAsync(observation, new MoveAction.Confirm("redis", "uid-of-one-before", null), default);
    }

    /// <summary>Else a new leader whose copies are from the middle of a move that was rolled back since would take the pod from its owner again, and nobody would give it back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TakeLabels_PodOrMoveHasChangedSince_TakesNothing(bool isOfMove)
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        var pod = Builders.Pod("redis", node: null);
        pod.Spec.SchedulerName = "nobody";
        pod = await world.Client.CreateAsync(ApiResource.Pods, ControllerWorld.Ns, pod, default);
        await world.Client.CreateAsync(ApiResource.Migrations, ControllerWorld.Ns, new Migration { Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = ControllerWorld.Ns }, Spec = new MigrationSpec { PodName = "redis" } }, default);
        var move = await StatusAsync(world, new MigrationStatus { Phase = Phases.Preparing });
        var cache = new ClusterCache(world.Client, new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var (executor, observation) = (new MoveExecutor(world.Client, cache, null!, null!), new SimulatedMove().Observe() with { Migration = move });
        if (isOfMove) { await StatusAsync(world, new MigrationStatus { Phase = Phases.Freezing }); }
        else { await world.Client.PatchAsync<V1Pod>(ApiResource.Pods, ControllerWorld.Ns, "redis", new JsonPatch().Set("/metadata/annotations", new Dictionary<string, string> { ["a"] = "b" }), default); }

        Assert.True((await Assert.ThrowsAsync<ApiException>(() => executor.DoAsync(observation, new MoveAction.TakeLabels(pod, ["app"]), default))).IsConflict);
        await StatusAsync(world, move.Status);
        pod = (await world.Client.GetAsync<V1Pod>(ApiResource.Pods, ControllerWorld.Ns, "redis", default))!;
        Assert.Contains("app", pod.Metadata.Labels);
        await executor.DoAsync(observation, new MoveAction.TakeLabels(pod, ["app"]), default);
    }

    /// <summary>Else a new leader that has seen the pod without its labels, and not yet the Migration with its owner, would take it for a pod without one.</summary>
    [Fact]
    public async Task RecordOwner_ThereIsOne_StaysAsItIs()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        await world.Client.CreateAsync(ApiResource.Migrations, ControllerWorld.Ns, new Migration { Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = ControllerWorld.Ns }, Spec = new MigrationSpec { PodName = "redis" } }, default);
        var old = await StatusAsync(world, new MigrationStatus { Phase = Phases.Preparing });
        var cache = new ClusterCache(world.Client, new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var leadership = new Leadership(world.Client, new DeschedulerOptions { Api = new k8s.KubernetesClientConfiguration(), WebhookListen = new IPEndPoint(IPAddress.Loopback, 0) }, TimeProvider.System, null!, NullLoggerFactory.Instance);
        leadership.RaiseTo(1);
        var (executor, observation) = (new MoveExecutor(world.Client, cache, leadership, null!), new SimulatedMove().Observe() with { Migration = old });
        await executor.DoAsync(observation, new MoveAction.RecordOwner(new OwnerRecord { Kind = OwnerKinds.ReplicaSet, Name = "web" }, DateTimeOffset.UnixEpoch), default);
        await ListOnceAsync(cache.Migrations);

        Assert.True((await Assert.ThrowsAsync<ApiException>(() => executor.DoAsync(observation, new MoveAction.RecordOwner(new OwnerRecord { Kind = OwnerKinds.None }, DateTimeOffset.UnixEpoch), default))).IsConflict);
        Assert.Equal("web", (await world.Client.GetAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, "move", default))!.Status.Owner!.Name);
    }

    /// <summary>Somebody deleted the bound replacement, and its owner made the next before the move was given up: it has the claim, and can never start.</summary>
    [Theory]
    [InlineData(Decision.Aborted, true)]
    [InlineData(Decision.None, false)]
    public async Task Observe_AnotherPodCarriesTheClaimOfABoundOneThatIsGone_IsTheReplacementOfAMoveThatWasGivenUp(string decision, bool isFound)
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        var token = new string('a', 32);
        var next = Builders.Pod("redis", node: null);
        next.Spec.SchedulerName = "nobody";
        next.Metadata.Annotations = new Dictionary<string, string> { [Names.ClaimAnnotation] = token };
        await world.Client.CreateAsync(ApiResource.Pods, ControllerWorld.Ns, next, default);
        await world.Client.CreateAsync(ApiResource.Migrations, ControllerWorld.Ns, new Migration { Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = ControllerWorld.Ns }, Spec = new MigrationSpec { PodName = "redis" } }, default);
        var status = new MigrationStatus { Decision = decision, PodUID = "uid-source", Claim = new Claim { Token = token, PodName = "redis", PodUID = "uid-deleted" } };
        await StatusAsync(world, status);
        var cache = new ClusterCache(world.Client, new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await ListOnceAsync(cache.Pods);
        await ListOnceAsync(cache.Migrations);

        var seen = new MoveObserver(cache, new PolicyLimits(cache, new MoveLimits()), TimeProvider.System).Observe(ControllerWorld.Ns, "move")!;

        Assert.Equal(isFound ? "redis" : null, seen.Replacement?.Metadata.Name);
    }

    private static Task<Migration> StatusAsync(ControllerWorld world, MigrationStatus status)
        => world.Client.PatchAsync<Migration>(ApiResource.Migrations, ControllerWorld.Ns, "move", new JsonPatch().Set("/status", status), default, "status");

    private static async Task ListOnceAsync(IInformer informer)
    {
        using var stop = new CancellationTokenSource();
        var watching = informer.RunAsync(stop.Token);
        await informer.Synced;
        await stop.CancelAsync();

        // It ends by itself if it was between two watches.
        try { await watching; }
        catch (OperationCanceledException) { }
    }

    private static MoveAction.Confirm Of(V1Pod pod) => new(pod.Metadata.Name, pod.Metadata.Uid, pod);
}
