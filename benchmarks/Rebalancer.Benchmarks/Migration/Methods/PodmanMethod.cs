using System.Net;
using Rebalancer.Benchmarks.Migration.ByHand;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Lab;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Benchmarks.Migration.Methods;

/// <summary>podman container checkpoint to an uncompressed archive on tmpfs, the archive carried over the link, podman container restore; podman's storage on tmpfs too.</summary>
internal sealed class PodmanMethod : IMoveMethod
{
    private const string Archive = "checkpoint.tar";

    /// <summary>podman 5 refuses cgroup version 1 unless told to ignore it, and crun refuses both versions at once; no systemd runs on a lab's node.</summary>
    private const string Podman =
        $"PODMAN_IGNORE_CGROUPSV1_WARNING=1 podman --root {HandMadeNode.Folder}/podman --runroot {HandMadeNode.Folder}/podman-run --runtime runc --cgroup-manager cgroupfs --events-backend none";

    private const string Checkpoint = $"{Podman} container checkpoint -e {HandMadeNode.Out}/{Archive} --tcp-established --compress=none --ignore-rootfs redis";
    private const string Restore = $"{Podman} container restore -i {HandMadeNode.In}/{Archive} --tcp-established --ignore-rootfs";
    private static readonly TimeSpan ImportLimit = TimeSpan.FromMinutes(2);

    private readonly HandMadePair pair;

    private PodmanMethod(HandMadePair pair) => this.pair = pair;

    public IPEndPoint Server => HandMadePair.Server;

    public static async Task<PodmanMethod> StartAsync(LabCluster cluster, (string First, string Second) nodes, CpuMeter meter, CancellationToken cancel) =>
        new(await HandMadePair.StartAsync(cluster, nodes, meter, pair => StartServerAsync(pair, cluster.Environment.Slot.Cgroup, cancel), cancel));

    public Task<MoveTimes> MoveAsync(TimeSpan limit, CancellationToken cancel) => pair.MoveAsync(Checkpoint, Restore, limit, cancel);

    /// <summary>The container that was left behind keeps its name until it is removed.</summary>
    public async Task TidyAsync(CancellationToken cancel)
    {
        await pair.TidyAsync("", cancel);
        await pair.Target.RunAsync($"{Podman} rm -f redis", cancel);
    }

    public ValueTask DisposeAsync() => pair.DisposeAsync();

    private static async Task StartServerAsync(HandMadePair pair, string labCgroup, CancellationToken cancel)
    {
        foreach (var node in pair.Both)
        {
            await node.RunAsync(
                $"ctr -n k8s.io images export {HandMadeNode.In}/image.tar {Redis.Image}; {Podman} load -q -i {HandMadeNode.In}/image.tar; rm {HandMadeNode.In}/image.tar", cancel, ImportLimit);
        }

        // Both nodes are one kernel, which would refuse a cgroup that the other one still has: the path is the lab's, and empty again after a checkpoint.
        await pair.StartServerAsync(
            $"{Podman} run -d --pull never --name redis --network ns:{HandMadeNode.NetworkNamespace} --cgroup-parent /{labCgroup}/podman --log-driver none {Redis.Image}", cancel);
    }
}
