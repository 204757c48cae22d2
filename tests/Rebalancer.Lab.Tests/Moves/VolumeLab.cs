using System.Net;
using System.Text;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Tests.Faults;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A cluster with the product, two nodes, and disks that one of them at a time has.</summary>
public sealed class VolumeLab : IAsyncLifetime
{
    public const string First = "a", Second = "b";
    internal const string Namespace = "default";
    private const string Folder = "/data";
    private const int DiskMegabytes = 512;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private int pods;

    public LabCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        LabNodeOptions[] nodes = [new LabNodeOptions { Name = First }, new LabNodeOptions { Name = Second }];
        Cluster = await LabCluster.StartAsync(new LabOptions { Name = "volumes", Nodes = nodes, WithProduct = true }, limit.Token);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>What allows a pod to move with its disk.</summary>
    internal static IDictionary<string, string> Allowed => new Dictionary<string, string> { [Names.Reattach] = "true" };

    /// <returns>A name of its own for a pod, and the claim of a new disk.</returns>
    internal async Task<(string Name, string Claim)> CreateDiskAsync(string app, CancellationToken cancel)
    {
        // An earlier test may have changed it.
        Cluster.Storage.AttachTime = TimeSpan.FromSeconds(1);
        var name = $"{app}-{Interlocked.Increment(ref pods)}";
        var claim = "data-" + name;
        await Cluster.Storage.CreateAsync(claim, Namespace, DiskMegabytes, cancel);
        return (name, claim);
    }

    /// <summary>A Redis on the first node that has every change on its disk before it answers, with a client that checks every reply.</summary>
    internal async Task<DiskRedis> StartRedisAsync(string owner, CancellationToken cancel, int megabytes = 10)
    {
        var (name, claim) = await CreateDiskAsync("redis", cancel);
        var options = new RedisUnderLoadOptions { Node = First, Owner = owner, Name = name, Megabytes = megabytes, Annotations = Allowed, Change = spec => AddDisk(spec, claim) };
        return new DiskRedis(Cluster, await RedisUnderLoad.StartAsync(Cluster.Client, options, TimeProvider.System, cancel), claim);
    }

    private static void AddDisk(V1PodSpec spec, string claim)
    {
        // The last word counts.
        spec.Containers[0].Command = [.. Redis.Command, "--appendonly", "yes", "--appendfsync", "always", "--dir", Folder];
        spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = Folder }];
        spec.Volumes = [Disk("data", claim)];
    }

    internal static V1Volume Disk(string name, string claim) => new() { Name = name, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = claim } };
}

/// <summary>A Redis with a disk.</summary>
internal sealed class DiskRedis(LabCluster cluster, RedisUnderLoad load, string claim) : IAsyncDisposable
{
    private const string Key = "counter";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public RedisUnderLoad Load => load;

    /// <summary>Where the disk was, in order.</summary>
    public IReadOnlyList<string> Attachments => cluster.Storage.Attachments(claim);

    public IReadOnlyList<string> Violations => cluster.Storage.Violations(claim);

    /// <summary>Values that nobody changes, in memory and on the disk.</summary>
    /// <returns>Their digest.</returns>
    public Task<string> KeepAsync(CancellationToken cancel) => AskAsync(connection => KeptValues.Fill(connection, Limit, cancel), cancel);

    public Task<string> DigestAsync(CancellationToken cancel) => AskAsync(connection => KeptValues.Digest(connection, Limit, cancel), cancel);

    public Task<long> CountAsync(CancellationToken cancel) => AskAsync(
        connection =>
        {
            connection.Send(RespConnection.Encode("GET", Key));
            return long.Parse(connection.ReadBulk(Limit, cancel)!, System.Globalization.CultureInfo.InvariantCulture);
        },
        cancel);

    /// <summary>The server is killed, and starts in place with what its disk has.</summary>
    public async Task RestartColdAsync(CancellationToken cancel)
    {
        var pod = await load.PodAsync(cancel);
        var node = cluster.Node(pod.Spec.NodeName);
        var pid = MoveStep.Redis(node, pod)!.Value;
        ProcessTree.Signal(pid, ProcessTree.SigKill);
        await Poll.UntilAsync(() => MoveStep.Redis(node, pod) is { } now && now != pid, Limit, "a Redis that was started again", cancel);
        await LoadedAsync(cancel);
    }

    /// <summary>Waits until a server that has started cold has read its disk.</summary>
    public async Task LoadedAsync(CancellationToken cancel)
    {
        await Listening.WaitAsync(await ServerAsync(cancel), Limit, TimeProvider.System, cancel);
        await Poll.UntilAsync(() => AskAsync(HasLoaded, cancel), Limit, "a Redis that has read its disk", cancel);

        bool HasLoaded(RespConnection connection)
        {
            connection.Send(RespConnection.Encode("INFO", "persistence"));
            return Encoding.ASCII.GetString(connection.ReadBulk(Limit, cancel)!).Contains("\r\nloading:0\r\n", StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => load.DisposeAsync();

    private async Task<T> AskAsync<T>(Func<RespConnection, T> ask, CancellationToken cancel)
    {
        using var connection = await RespConnection.ConnectAsync(await ServerAsync(cancel), TimeProvider.System, cancel);
        return await Task.Run(() => ask(connection), cancel);
    }

    private async Task<IPEndPoint> ServerAsync(CancellationToken cancel) => new(PodApi.Address(await load.PodAsync(cancel)), Redis.Port);
}
