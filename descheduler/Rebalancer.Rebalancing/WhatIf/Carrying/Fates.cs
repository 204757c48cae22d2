using Rebalancer.Model;
using Rebalancer.Policy.Risk;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>
/// When nodes are taken away: as recorded, or where what a node has lived through of its hazard reaches its lot, which is drawn by its name: a node that is there in both worlds is taken in both
/// at the same time.
/// </summary>
internal sealed class Fates(SimulatedCluster cluster, Evacuation evacuation, Agenda agenda, SimulationOptions options, Draws draws, bool isLive)
{
    public void Begin()
    {
        foreach (var group in (options.Interruptions ?? []).Where(i => i.At >= options.Start).GroupBy(i => i.At))
        {
            agenda.At(group.Key, () => evacuation.Take([.. group.SelectMany(Of).Distinct()], isLive));
        }
    }

    /// <summary>What happens until the next step.</summary>
    public void Step()
    {
        if (options.Interruptions is not null)
        {
            return;
        }

        var hazards = NodeHazard.Of(ClusterSnapshot.Empty with { Nodes = [.. cluster.Nodes.Values.Select(n => n.Info)] }, agenda);
        foreach (var node in cluster.Nodes.Values.Where(n => n.Info is { Machine.Capacity: CapacityType.Spot, Interrupted: false }))
        {
            var (before, more) = (node.Hazard, hazards.HazardOf(node.Info).PerHour * options.Step.TotalHours);
            node.Hazard += more;
            if (node.Hazard >= node.Fate && before < node.Fate)
            {
                agenda.After(options.Step * ((node.Fate - before) / more), () => evacuation.Take([node], isLive));
            }
        }
    }

    private IEnumerable<SimulatedNode> Of(RecordedInterruption interruption)
        => interruption.Node is { } name
            ? cluster.Nodes.Values.Where(n => n.Info.Name == name)
            : cluster.Nodes.Values.Where(n => !n.Info.Interrupted && n.Info.Machine.InstanceType == interruption.InstanceType && (interruption.Zone.Length == 0 || n.Info.Machine.Zone == interruption.Zone))
                .OrderBy(n => n.Info.Machine.Capacity != CapacityType.Spot).ThenBy(n => draws.Share("taken", n.Info.Name, interruption.At.UtcTicks)).Take(interruption.Count);
}
