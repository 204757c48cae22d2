using System.Globalization;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Tests.Faults;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>How far the counting container of a pod is, read from outside: it never has to answer, and can be frozen.</summary>
internal static class PodCounter
{
    private const string Mark = "itertools.count";

    /// <returns>One number for each counting process of the pod on this node; those that have not begun yet are left out.</returns>
    public static IReadOnlyList<long> Read(LabNode node, string podUid) =>
    [
        .. NodeProcesses.FindByArgument(node.Namespaces.InitPid, Mark)
            .Where(pid => NodeProcesses.CgroupsOf(pid).Contains(podUid, StringComparison.Ordinal))
            .Select(pid => CountOf(NodeProcesses.CommandOf(pid) ?? ""))
            .OfType<long>(),
    ];

    private static long? CountOf(string name) =>
        name.StartsWith('c') && long.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}
