namespace Rebalancer.Planning.Placement;

/// <summary>Moves all pods of a node to nodes in use, one after the other, largest first: mostly the first finds no room, and no other has been touched.</summary>
internal sealed class NodeEmptying(PlacementProblem problem, PlacementState state, TargetSearch targets)
{
    private readonly List<int> pods = [];

    /// <summary>Whether the node is empty; what was moved until it was not is for the caller to undo.</summary>
    public bool Try(int node)
    {
        pods.Clear();
        foreach (var pod in state.Residents(node))
        {
            if (!state.MayMove(pod))
            {
                return false;
            }

            pods.Add(pod);
        }

        Emptying.SortBySize(problem, pods);
        return pods.TrueForAll(pod => TryMove(pod, node));
    }

    private bool TryMove(int pod, int node)
    {
        if (!state.MayLeave(pod))
        {
            return false;
        }

        state.TakeOut(pod);
        var target = targets.Best(pod, node);
        if (target >= 0) { state.Put(pod, target); }
        return target >= 0;
    }
}
