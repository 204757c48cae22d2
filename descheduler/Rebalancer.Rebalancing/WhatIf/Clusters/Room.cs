using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>
/// Who holds what, asked and answered by the code that plans and the scheduler use. A pod and its copies are one pod of the index, which counts as often as it is placed; nodes that may
/// come are there from the start, and exist for nobody until they are activated.
/// </summary>
internal sealed class Room
{
    private readonly Occupancy state;

    /// <param name="pods">Templates, placed nowhere.</param>
    /// <param name="nodes">Those that are there, and those that may come.</param>
    public Room(ClusterSnapshot start, IEnumerable<PodInfo> pods, IEnumerable<NodeInfo> nodes)
    {
        Index = new ClusterIndex(start with { Nodes = [.. nodes], Pods = [.. pods], Reservations = [] });
        state = new Occupancy(Index, exists: _ => false);
    }

    public ClusterIndex Index { get; }

    public void SetActive(int node, bool active) => state.SetActive(node, active);

    public void Place(int pod, int node) => state.Place(pod, node);

    public void Remove(int pod, int node) => state.Remove(pod, node);

    public RejectionKind Check(int pod, int node) => state.Check(pod, node);

    public RejectionKind CheckMove(int pod, int source, int target)
    {
        var during = state.Check(pod, target);
        if (during != RejectionKind.None)
        {
            return during;
        }

        state.Remove(pod, source);
        var after = state.Check(pod, target);
        state.Place(pod, source);
        return after;
    }

    public bool MayLeave(int pod, int node) => state.MayLeave(pod, node);

    /// <summary>As NodeResourcesFit with MostAllocated scores a node: the mean of the shares of processor and memory that are asked for with the pod there, 0 to 1.</summary>
    public double MostAllocated(int pod, int node) => (Share(pod, node, 0) + Share(pod, node, 1)) / 2;

    public long Free(int node, int resource) => state.Free(node, resource);

    public int PodCount(int node) => state.PodCount(node);

    private double Share(int pod, int node, int resource)
    {
        var has = Index.Allocatable[node * Index.ResourceCount + resource];
        return has > 0 ? (double)(has - state.Free(node, resource) + Index.Requests[pod * Index.ResourceCount + resource]) / has : 0;
    }
}
