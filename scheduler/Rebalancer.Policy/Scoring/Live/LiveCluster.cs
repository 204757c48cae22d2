using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>Follows a cluster change by change, and makes a <see cref="LiveIndex"/> of it at the price of what has changed. Not for several threads at once.</summary>
public sealed class LiveCluster(PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates)
{
    private readonly MoveCosts moves = new(policy, estimates);
    private readonly ResourceTable columns = new();
    private readonly Dictionary<string, NodeSlot> slots = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Name), LivePod> pods = [];
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);
    private NeighbourTable neighbours = NeighbourTable.Empty;
    private ImmutableArray<Reservation> reservations = [];
    private bool namesChanged = true;
    private NameTable names = new([]);
    private LiveNode[] nodes = [];
    private ResourceTable indexColumns = new();

    /// <summary>Pods that hold room.</summary>
    public int PodCount => pods.Count;

    public void Set(NodeInfo node)
    {
        var slot = Slot(node.Name);
        namesChanged |= !slot.IsKnown;
        slot.Set(node, policy.Pricing.PriceOf(node), hazards.HazardOf(node), columns.GrownRow(node.Allocatable));
    }

    public void RemoveNode(string name)
    {
        Slot(name).Forget();
        namesChanged = true;
    }

    /// <summary>A pod as it is now. It holds room once it is placed, and until it has finished.</summary>
    public void Set(PodInfo pod)
    {
        RemovePod(pod.Namespace, pod.Name);
        if (pod.NodeName.Length == 0 || pod.Finished)
        {
            return;
        }

        var live = new LivePod(pod.NodeName, columns.GrownRow(pod.Requests), NeighbourTable.KeyOf(pod));
        pods[(pod.Namespace, pod.Name)] = live;
        Slot(live.Node).Change(live.Requests, 1);
        neighbours = neighbours.Change(live.Neighbours, pod, live.Node, 1);
    }

    public void RemovePod(string ns, string name)
    {
        if (pods.Remove((ns, name), out var live))
        {
            Slot(live.Node).Change(live.Requests, -1);
            neighbours = neighbours.Remove(live.Neighbours, live.Node);
        }
    }

    /// <summary>All of them; those of before are forgotten.</summary>
    public void SetReservations(ImmutableArray<Reservation> all)
    {
        if (all.SequenceEqual(reservations))
        {
            return;
        }

        foreach (var node in reservations.Concat(all).Select(r => r.Node).Distinct(StringComparer.Ordinal))
        {
            Slot(node).Reservations = [.. all.Where(r => r.Node == node)];
        }

        reservations = all;
    }

    public LiveIndex ToIndex()
    {
        var rebuilt = namesChanged ? Renumber() : [.. nodes];
        foreach (var name in changed)
        {
            if (names.Find(name) is var number and >= 0)
            {
                rebuilt[number] = slots[name].ToNode(r => columns.GrownRow(r.Pod.Requests));
            }
            else if (slots[name].IsEmpty)
            {
                slots.Remove(name);
            }
        }

        changed.Clear();
        nodes = rebuilt;
        if (indexColumns.Count != columns.Count)
        {
            // Readers of an index look names up while this one grows.
            indexColumns = new ResourceTable(columns.Names);
        }

        return new LiveIndex(names, nodes, neighbours, indexColumns, moves, PlacementCosts.UsdPerPoint(policy));
    }

    private LiveNode[] Renumber()
    {
        var known = slots.Where(s => s.Value.IsKnown).Select(s => s.Key).Order(StringComparer.Ordinal).ToList();
        var before = names;
        names = new NameTable(known);
        namesChanged = false;
        var renumbered = new LiveNode[known.Count];
        for (var i = 0; i < renumbered.Length; i++)
        {
            // A node that is new has changed as well, and is filled in by the caller.
            renumbered[i] = before.Find(known[i]) is var number and >= 0 ? nodes[number] : null!;
        }

        return renumbered;
    }

    /// <summary>Whoever asks for a node's slot changes it.</summary>
    private NodeSlot Slot(string name)
    {
        changed.Add(name);
        if (!slots.TryGetValue(name, out var slot))
        {
            slots[name] = slot = new NodeSlot();
        }

        return slot;
    }
}
