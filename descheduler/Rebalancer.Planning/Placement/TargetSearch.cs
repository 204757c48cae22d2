namespace Rebalancer.Planning.Placement;

/// <summary>Finds the best node for a pod that is taken out: the cheapest, and of equal ones the one that it fills most.</summary>
internal sealed class TargetSearch(PlacementProblem problem, PlacementState state)
{
    /// <summary>In clusters that are larger than this, the search ends after so many nodes that fit: the fullest are looked at first.</summary>
    private const int MaxFitting = 24;

    private readonly int[] order = [.. Enumerable.Range(0, problem.Index.Nodes.Length)];

    /// <summary>Sorts the nodes by how full they are now. To be called from time to time.</summary>
    public void Refresh()
    {
        var free = Array.ConvertAll(order, state.FreeCpu);
        Array.Sort(free, order);
    }

    /// <param name="mayOpen">Whether an empty node may be taken, which then has to be paid for.</param>
    /// <returns>-1 where there is none.</returns>
    public int Best(int pod, Func<int, bool> avoid, Func<int, bool> mayOpen)
    {
        var (best, bestCost, bestLeft, fitting) = (-1, long.MaxValue, double.MaxValue, 0);
        var cpu = problem.Index.Requests[pod * problem.Index.ResourceCount];
        foreach (var node in order)
        {
            if (state.FreeCpu(node) < cpu || avoid(node) || (state.IsEmpty(node) && !mayOpen(node)) || !state.Fits(pod, node))
            {
                continue;
            }

            var cost = state.CostOf(pod, node);
            if (cost < bestCost || (cost == bestCost && Left(pod, node) is var left && left < bestLeft))
            {
                (best, bestCost, bestLeft) = (node, cost, Left(pod, node));
            }

            if (++fitting >= MaxFitting && order.Length > 8 * MaxFitting)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>The part of the node that would stay free, of cpu and memory together.</summary>
    private double Left(int pod, int node)
    {
        var left = 0.0;
        for (var r = 0; r < 2; r++)
        {
            var all = problem.Index.Allocatable[node * problem.Index.ResourceCount + r];
            left += all <= 0 ? 0 : (state.Free(node, r) - problem.Index.Requests[pod * problem.Index.ResourceCount + r]) / (double)all;
        }

        return left;
    }
}
