using k8s;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>A cluster with the product and two nodes whose link is so slow that a move's transfer takes a second or more: long enough to break it on the way.</summary>
public sealed class FaultLab : IAsyncLifetime
{
    public const string Source = "source";
    public const string Target = "target";
    public const double LinkMbitPerS = 300;
    private const int RedisMegabytes = 100;
    private static readonly TimeSpan ClearLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private int pods;

    public LabCluster Cluster { get; private set; } = null!;

    public LabNode SourceNode => Cluster.Node(Source);

    public LabNode TargetNode => Cluster.Node(Target);

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        LabNodeOptions[] nodes = [new LabNodeOptions { Name = Source, LinkMbitPerS = LinkMbitPerS }, new LabNodeOptions { Name = Target, LinkMbitPerS = LinkMbitPerS }];
        Cluster = await LabCluster.StartAsync(new LabOptions { Name = "faults", Nodes = nodes, WithProduct = true }, limit.Token);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>A Redis of its own name on the source node, with a client that checks every reply.</summary>
    internal async Task<RedisUnderLoad> StartRedisAsync(CancellationToken cancel, string owner = "ReplicaSet", int megabytes = RedisMegabytes, LoadClientOptions? load = null)
    {
        await ClearAsync(cancel);
        var options = new RedisUnderLoadOptions { Node = Source, Owner = owner, Name = $"redis-{Interlocked.Increment(ref pods)}", Megabytes = megabytes, Load = load };
        return await RedisUnderLoad.StartAsync(Cluster.Client, options, TimeProvider.System, cancel);
    }

    /// <summary>Pids of every Redis on any node, as the lab sees them.</summary>
    internal IReadOnlyList<int> RedisProcesses() => [.. Cluster.Nodes.SelectMany(node => NodeProcesses.Find(node.Namespaces.InitPid, "redis-server"))];

    /// <summary>Removes what the test before left, so that every Redis process is one of this test.</summary>
    private async Task ClearAsync(CancellationToken cancel)
    {
        await Cluster.Client.AppsV1.DeleteCollectionNamespacedReplicaSetAsync("default", cancellationToken: cancel);
        await Cluster.Client.AppsV1.DeleteCollectionNamespacedStatefulSetAsync("default", cancellationToken: cancel);
        await Cluster.Client.BatchV1.DeleteCollectionNamespacedJobAsync("default", propagationPolicy: "Background", cancellationToken: cancel);
        await Cluster.Client.CoreV1.DeleteCollectionNamespacedPodAsync("default", cancellationToken: cancel);
        await Poll.UntilAsync(() => RedisProcesses().Count == 0, ClearLimit, "no Redis of an earlier test", cancel);
    }
}
