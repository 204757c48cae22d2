using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Cli.Nodes;

/// <summary>Nodes as a list shows them.</summary>
internal static class NodeRows
{
    /// <returns>In the order of their names; and what stands on nodes and makes no sense.</returns>
    public static (IReadOnlyList<NodeRow> Rows, IReadOnlyList<string> Warnings) Of(ClusterSnapshot snapshot, PlanPolicy policy, TimeProvider clock)
    {
        var hazards = NodeHazard.Of(snapshot, clock);
        var pods = snapshot.Pods.Where(p => !p.Finished).ToLookup(p => p.NodeName, StringComparer.Ordinal);
        var nodes = snapshot.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal).ToList();
        var classes = new List<MachineInfo>();
        var prices = nodes.Select(policy.Pricing.PriceOf).ToList();
        var rows = nodes.Zip(prices, (node, price) =>
        {
            var (own, hazard) = (pods[node.Name].ToList(), hazards.HazardOf(node));
            var free = own.Aggregate(node.Allocatable, (left, pod) => left - pod.Requests);
            return new NodeRow(
                node.Name, State(node), node.Machine.InstanceType, node.Machine.Capacity.ToString(), node.Machine.Zone,
                price.PerHour.Usd, price.Source.ToString(), price.Estimated, hazard.PerHour, hazard.Basis,
                free[ResourceSet.Cpu].ToDecimal(), node.Allocatable[ResourceSet.Cpu].ToDecimal(), free[ResourceSet.Memory].Units, node.Allocatable[ResourceSet.Memory].Units,
                own.Count, node.PodLimit, ClassOf(node.Machine, classes), string.IsNullOrEmpty(node.AgentEndpoint) ? null : node.AgentEndpoint);
        }).ToList();
        return (rows, [.. prices.Select(p => p.Warning).OfType<InvalidField>().Select(w => w.ToString())]);
    }

    /// <summary>Machines between which processes can go on both ways have one number, from 1.</summary>
    private static int ClassOf(MachineInfo machine, List<MachineInfo> classes)
    {
        var known = classes.FindIndex(c => CpuCompatibility.MayGoOn(c, machine) && CpuCompatibility.MayGoOn(machine, c));
        if (known < 0)
        {
            classes.Add(machine);
            known = classes.Count - 1;
        }

        return known + 1;
    }

    private static string State(NodeInfo node) => string.Join(", ", new[]
    {
        node.Ready ? "ready" : "not ready",
        node.Unschedulable ? "cordoned" : null,
        node.TerminatesAt is { } at ? $"ends {at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : node.Interrupted ? "interrupted" : null,
        node.KeepMark is { } mark ? $"kept ({mark})" : null,
    }.OfType<string>());
}

/// <param name="CpuFree">Of what pods may ask for, in cores; what they ask for taken off.</param>
/// <param name="CpuClass">Machines between which processes can go on.</param>
/// <param name="Agent">Its endpoint; null: there is none.</param>
internal sealed record NodeRow(
    string Name, string State, string InstanceType, string Capacity, string Zone, decimal UsdPerHour, string PriceSource, bool Estimated, double InterruptionsPerHour, string InterruptionBasis,
    decimal CpuFree, decimal Cpu, long MemoryFreeBytes, long MemoryBytes, int Pods, long PodLimit, int CpuClass, string? Agent);
