using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>
/// Whether this node's kernel lets a pod's processes have their mappings. kubelet sets vm.overcommit_memory to 1, where it always does; nodes that were
/// set up otherwise may differ, and then a process that one node has accepted cannot be made on another.
/// </summary>
internal static class OvercommitRoom
{
    private const string Setting = "/proc/sys/vm/overcommit_memory";
    private const string Heuristic = "0", Never = "2";

    public static Refusal? Check(MappedMemory mapped, string node) => Check(mapped, ProcFolder.Text(Setting).Trim(), ProcFolder.Text("/proc/meminfo"), node);

    /// <summary>Pure: as __vm_enough_memory of Linux' mm/util.c.</summary>
    public static Refusal? Check(MappedMemory mapped, string setting, string memInfo, string node) => setting switch
    {
        Heuristic when Bytes(memInfo, "MemTotal:") + Bytes(memInfo, "SwapTotal:") is var limit && mapped.LargestBytes > limit =>
            Refuse(node, setting, $"one of the pod's mappings has {mapped.LargestBytes} bytes, and no mapping may have more than memory and swap together, {limit} bytes"),
        Never when Bytes(memInfo, "CommitLimit:") - Bytes(memInfo, "Committed_AS:") is var free && mapped.AllBytes > free =>
            Refuse(node, setting, $"the pod's mappings have {mapped.AllBytes} bytes, and {Math.Max(0, free)} bytes may still be mapped"),
        _ => null,
    };

    private static Refusal Refuse(string node, string setting, string why) =>
        new(Reasons.TargetOvercommit, $"node {node} has vm.overcommit_memory={setting}: {why}; with vm.overcommit_memory=1, which kubelet sets by default, the pod could be moved there");

    private static long Bytes(string memInfo, string key)
    {
        var line = memInfo.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) ?? "";
        var number = line.Length > key.Length ? line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim() : "";
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : 0;
    }
}
