using System.Globalization;
using Rebalancer.Lab;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Benchmarks.Migration.Measuring;

/// <summary>
/// CPU time (user and system) of everything that a method runs on the nodes, read from the CPU accounting of the lab's own cgroup: the containers are
/// in it anyway, and the programs that move them (containerd and its shims, agents, descheduler, or the shells, carriers and podman of a move by hand)
/// are put there, so that what they start is too. Clients, API server and kubelets live in the benchmark's process and are not counted; neither is the
/// kernel's work in interrupts.
/// </summary>
internal sealed class CpuMeter
{
    private readonly string group;
    private readonly string tools;
    private readonly bool isV2;

    public CpuMeter(string labCgroup)
    {
        var mounted = Hierarchy.Mounted();
        var hierarchy = mounted.FirstOrDefault(h => !h.IsV2 && h.Controllers.Contains("cpuacct")) ?? mounted.First(h => h.IsV2);
        isV2 = hierarchy.IsV2;
        group = hierarchy.PathOf(labCgroup);
        tools = hierarchy.PathOf(labCgroup + "/tools");
        Directory.CreateDirectory(tools);
    }

    public TimeSpan Read() => isV2
        ? TimeSpan.FromMicroseconds(long.Parse(File.ReadLines(group + "/cpu.stat").First(line => line.StartsWith("usage_usec ", StringComparison.Ordinal))[11..], CultureInfo.InvariantCulture))
        : TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText(group + "/cpuacct.usage"), CultureInfo.InvariantCulture) / 1000);

    /// <summary>The command with a shell before it that joins the cgroup and then becomes the command.</summary>
    public IReadOnlyList<string> Join(IReadOnlyList<string> argv) => ["bash", "-c", "echo $$ >\"$0\"; exec \"$@\"", tools + "/cgroup.procs", .. argv];

    /// <summary>Moves the programs of a running cluster in, with all their children.</summary>
    public void Add(LabCluster cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            Add(node.Containerd.Pid);
            Add(node.Agent?.Current.Pid);
        }

        Add(cluster.Descheduler?.Current.Pid);
    }

    private void Add(int? pid)
    {
        if (pid is not { } known) { return; }
        File.WriteAllText(tools + "/cgroup.procs", known.ToString(CultureInfo.InvariantCulture));
        foreach (var child in ProcessTree.Children(known)) { Add(child); }
    }
}
