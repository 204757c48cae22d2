using System.Text.Json;
using SharpCompress.Compressors.Xz;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>Reads a snapshot of the VM rescheduling data sets; a name that ends in .xz is unpacked.</summary>
internal static class VmrReader
{
    /// <exception cref="InvalidDataException">The file is no such snapshot; the message says what was missing.</exception>
    public static VmrSnapshot Read(string file)
    {
        try
        {
            using var raw = File.OpenRead(file);
            using Stream stream = file.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(raw) : raw;
            using var document = JsonDocument.Parse(stream);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file} is no VM rescheduling snapshot: {e.Message}", e);
        }
    }

    private static VmrSnapshot Read(JsonElement root)
    {
        List<VmrHost> hosts = [];
        List<VmrVm> vms = [];
        List<int[]> groups = [];
        foreach (var (cluster, index) in root.GetProperty("cluster_list").EnumerateArray().Select((c, i) => (c, i)))
        {
            var hostIndex = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var host in cluster.GetProperty("host_info").EnumerateArray())
            {
                hostIndex.Add(host.GetProperty("node_id").GetString()!, hosts.Count);
                hosts.Add(Host(host, index));
            }
            var vmIndex = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var vm in cluster.GetProperty("vm_instance").EnumerateArray())
            {
                vmIndex.Add(vm.GetProperty("instance_id").GetString()!, vms.Count);
                vms.Add(Vm(vm, index, hostIndex[vm.GetProperty("host_id").GetString()!]));
            }
            groups.AddRange(Groups(cluster, vmIndex));
        }
        return new VmrSnapshot(hosts, vms, groups);
    }

    private static VmrHost Host(JsonElement host, int cluster)
    {
        var numa = host.GetProperty("numa").EnumerateArray().ToList();
        if (numa.Count != VmrSnapshot.NumaNodes) { throw new FormatException($"host {host.GetProperty("node_id")} has {numa.Count} NUMA nodes instead of {VmrSnapshot.NumaNodes}"); }
        return new VmrHost(host.GetProperty("node_id").GetString()!, cluster, [.. numa.Select(n => Whole(n, "free_cpu"))], [.. numa.Select(n => (long)n.GetProperty("memory_huge_free_mb").GetDouble())]);
    }

    private static VmrVm Vm(JsonElement vm, int cluster, int host)
    {
        var numa = vm.GetProperty("numa").EnumerateArray().ToList();
        var layout = numa.Count == 1 ? Whole(numa[0], "node") : VmrLayout.Both;
        if (numa.Count is < 1 or > VmrSnapshot.NumaNodes || layout is < 0 or > VmrLayout.Both || numa.Any(n => Whole(n, "cpu") != Whole(numa[0], "cpu")))
        {
            throw new FormatException($"VM {vm.GetProperty("instance_id")} is neither in one NUMA node nor halved between two");
        }
        return new VmrVm(
            vm.GetProperty("instance_id").GetString()!, cluster, host, layout, Whole(numa[0], "cpu"), (long)Math.Ceiling(numa.Max(n => n.GetProperty("mem_mb").GetDouble())), vm.GetProperty("allow_migration").GetBoolean());
    }

    private static IEnumerable<int[]> Groups(JsonElement cluster, Dictionary<string, int> vmIndex) =>
        cluster.GetProperty("other_requirement").GetProperty("deployment_set").EnumerateArray()
            .Select(g => Members(g).Where(vmIndex.ContainsKey).Select(id => vmIndex[id]).ToArray()).Where(g => g.Length > 1);

    private static IEnumerable<string> Members(JsonElement group) => group.ValueKind switch
    {
        JsonValueKind.String => [group.GetString()!],
        JsonValueKind.Array => group.EnumerateArray().SelectMany(Members),
        JsonValueKind.Object => group.EnumerateObject().SelectMany(p => p.Value.ValueKind == JsonValueKind.Array ? Members(p.Value) : []),
        _ => [],
    };

    private static int Whole(JsonElement element, string name)
    {
        var value = element.GetProperty(name).GetDouble();
        return value is >= 0 and <= 1_000_000 && Math.Floor(value) == value ? (int)value : throw new FormatException($"{name} is {value}");
    }
}
