using k8s.Models;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>Recognises from outside how far a move is, by processes, cgroups and files of the nodes, so that a fault can be placed.</summary>
internal static class MoveStep
{
    private const long SomeBytes = 1_000_000;
    private const string Moves = "/run/rebalancer/moves";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>CRIU has begun to write the source's memory. It holds the processes by ptrace then, and has thawed their cgroup.</summary>
    public static Task DumpingAsync(LabNode source, CancellationToken cancel) =>
        Poll.UntilAsync(() => BytesBelow(source.Root + Moves) > SomeBytes, Limit, $"a dump on {source.Name}", cancel);

    /// <summary>The first bytes are on the target.</summary>
    public static Task TransferringAsync(LabNode target, CancellationToken cancel) =>
        Poll.UntilAsync(() => BytesBelow(target.Root + Moves) > SomeBytes, Limit, $"images arriving on {target.Name}", cancel);

    /// <summary>Pid of the pod's Redis, as the lab sees it; null when it does not run on this node.</summary>
    public static int? Redis(LabNode node, V1Pod pod)
    {
        var all = NodeProcesses.Find(node.Namespaces.InitPid, "redis-server");
        return all.Where(pid => NodeProcesses.CgroupsOf(pid).Contains(pod.Metadata.Uid, StringComparison.Ordinal)).Select(pid => (int?)pid).FirstOrDefault();
    }

    public static string CgroupRoot(LabNode node) => node.Root + "/sys/fs/cgroup";

    private static long BytesBelow(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*.img", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // Not there yet, or just deleted.
            return 0;
        }
    }
}
