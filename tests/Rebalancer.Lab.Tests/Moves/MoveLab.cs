using System.Net;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A cluster with the product and two nodes of each version of cgroups, shared by the tests of a class.</summary>
public sealed partial class MoveLab : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private const string TrackerVariable = "REBALANCER_LAB_TRACKER";
    private int pods;

    public LabCluster Cluster { get; private set; } = null!;

    public static (string First, string Second) Nodes(string cgroup) => ($"{cgroup}-a", $"{cgroup}-b");

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        LabNodeOptions[] nodes = [Node("v1-a", CgroupVersion.V1), Node("v1-b", CgroupVersion.V1), Node("v2-a", CgroupVersion.V2), Node("v2-b", CgroupVersion.V2)];
        Cluster = await LabCluster.StartAsync(new LabOptions { Name = "moves", Nodes = nodes, WithProduct = true }, limit.Token);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>A Redis of its own name on a node, with a client that checks every reply.</summary>
    internal Task<RedisUnderLoad> StartRedisAsync(string node, string owner, CancellationToken cancel, Action<V1PodSpec>? change = null, int megabytes = 10)
    {
        var options = new RedisUnderLoadOptions { Node = node, Owner = owner, Name = $"redis-{Interlocked.Increment(ref pods)}", Change = change ?? (_ => { }), Megabytes = megabytes };
        return RedisUnderLoad.StartAsync(Cluster.Client, options, TimeProvider.System, cancel);
    }

    /// <summary>The same with containers that depend on it, all of which are at work.</summary>
    internal async Task<RedisUnderLoad> StartSeveralAsync(string node, string owner, CancellationToken cancel)
    {
        var redis = await StartRedisAsync(node, owner, cancel, SeveralContainers.AddTo);
        await Listening.WaitAsync(new IPEndPoint(PodApi.Address(redis.FirstPod), SeveralContainers.TalkerPort), StartLimit, TimeProvider.System, cancel);
        await Poll.UntilAsync(() => PodCounter.Read(Cluster.Node(node), redis.FirstPod.Metadata.Uid).Count == 1, StartLimit, "a counter that counts", cancel);
        return redis;
    }

    /// <summary>Removes what the tests before left, so that every counting process is one of this test.</summary>
    internal async Task ClearAsync(CancellationToken cancel)
    {
        await Cluster.Client.AppsV1.DeleteCollectionNamespacedReplicaSetAsync("default", cancellationToken: cancel);
        await Cluster.Client.CoreV1.DeleteCollectionNamespacedPodAsync("default", cancellationToken: cancel);
        await Poll.UntilAsync(() => Cluster.Nodes.All(node => PodCounter.Read(node, "pod").Count == 0), StartLimit, "no counter of an earlier test", cancel);
    }

    /// <summary>By what a node's agent knows written pages: what its probe found, as its log says.</summary>
    internal string TrackerOf(string node)
    {
        var found = FoundTracker().Match(File.ReadAllText($"{Cluster.LogFolder}/{node}/agent.log")).Groups[1].Value;
        // A run that is made for one tracker must not pass with another.
        if (Environment.GetEnvironmentVariable(TrackerVariable) is { Length: > 0 } wanted) { Assert.Equal(wanted, found); }
        return found;
    }

    [GeneratedRegex(@"Written pages are told by (\w+)\.")]
    private static partial Regex FoundTracker();

    private static LabNodeOptions Node(string name, CgroupVersion version) => new() { Name = name, CgroupVersion = version };
}
