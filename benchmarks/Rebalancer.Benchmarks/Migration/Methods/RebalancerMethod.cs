using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Benchmarks.Migration.Methods;

/// <summary>The product: a Migration object for the pod of a ReplicaSet, and nothing else.</summary>
internal sealed class RebalancerMethod : IMoveMethod
{
    private const string Name = "redis";
    private const string Namespace = "default";

    /// <summary>For the counter, the dirty pages of the writer and Redis itself.</summary>
    private const int HeadroomMb = 256;

    /// <summary>The longest that the product accepts, since the others have none.</summary>
    private const string FreezeBudget = "60s";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    private readonly TimeProvider time;
    private readonly MigrationApi migrations;
    private readonly PodApi pods;
    private readonly (string First, string Second) nodes;
    private int moves;

    private RebalancerMethod(IKubernetes kubernetes, V1Pod pod, (string First, string Second) nodes, TimeProvider time)
    {
        this.nodes = nodes;
        this.time = time;
        migrations = new MigrationApi(kubernetes, time);
        pods = new PodApi(kubernetes, time);
        Server = new IPEndPoint(PodApi.Address(pod), Redis.Port);
    }

    public IPEndPoint Server { get; }

    public static async Task<RebalancerMethod> StartAsync(LabCluster cluster, (string First, string Second) nodes, int memoryMb, CancellationToken cancel)
    {
        var (kubernetes, time) = (cluster.Client, cluster.Options.Time);
        var pod = await Placement.OnAsync(kubernetes, nodes.First, () => CreateAsync(kubernetes, memoryMb, time, cancel), cancel);
        var method = new RebalancerMethod(kubernetes, pod, nodes, time);
        await Listening.WaitAsync(method.Server, ReadyLimit, time, cancel);
        return method;
    }

    public async Task<MoveTimes> MoveAsync(TimeSpan limit, CancellationToken cancel)
    {
        var pod = await pods.WaitReadyAsync(Name, Namespace, ReadyLimit, cancel);
        var target = pod.Spec.NodeName == nodes.First ? nodes.Second : nodes.First;
        var name = string.Create(CultureInfo.InvariantCulture, $"{Name}-{++moves}");
        var spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid, TargetNode = target, FreezeBudget = FreezeBudget };
        var started = time.GetTimestamp();
        await migrations.CreateAsync(name, spec, Namespace, cancel);
        await migrations.WaitAsync(name, Namespace, m => m.Status.Target?.State == TargetState.Running || MigrationApi.HasEnded(m), limit, cancel);
        var total = time.GetElapsedTime(started);
        var migration = await migrations.WaitForEndAsync(name, Namespace, limit, cancel);
        return migration.Status is { Phase: "Succeeded", Target.FreezeMs: { } freezeMs }
            ? new MoveTimes(TimeSpan.FromMilliseconds(freezeMs), total, migration.Status.Strategy ?? "none")
            : throw new MoveFailedException(MigrationApi.Describe(migration), isAlive: migration.Status.Phase == "RolledBack");
    }

    /// <summary>The product tidies up by itself; a move's end is waited for, so that its work is counted.</summary>
    public async Task TidyAsync(CancellationToken cancel) => await pods.WaitReadyAsync(Name, Namespace, ReadyLimit, cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<V1Pod> CreateAsync(IKubernetes kubernetes, int memoryMb, TimeProvider time, CancellationToken cancel)
    {
        var replicaSet = Redis.ReplicaSet(Name, Namespace, (memoryMb * 5 / 4) + HeadroomMb);
        await kubernetes.AppsV1.CreateNamespacedReplicaSetAsync(replicaSet, Namespace, cancellationToken: cancel);
        return await new PodApi(kubernetes, time).WaitReadyAsync(Name, Namespace, ReadyLimit, cancel);
    }
}
