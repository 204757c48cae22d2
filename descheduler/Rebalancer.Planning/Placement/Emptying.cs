namespace Rebalancer.Planning.Placement;

/// <summary>Taking all pods of a node out.</summary>
internal static class Emptying
{
    /// <summary>The pods, largest first; null where one of them has to stay. What was taken out until then is for the caller to undo.</summary>
    public static List<int>? TakeOut(PlacementProblem problem, PlacementState state, int node)
    {
        foreach (var pod in state.Residents(node))
        {
            if (!state.MayMove(pod))
            {
                return null;
            }
        }

        var pods = state.ResidentList(node);
        SortBySize(problem, pods);
        foreach (var pod in pods)
        {
            if (!state.MayLeave(pod))
            {
                return null;
            }

            state.TakeOut(pod);
        }

        return pods;
    }

    /// <summary>Largest first.</summary>
    public static void SortBySize(PlacementProblem problem, List<int> pods)
        => pods.Sort((a, b) => problem.Worth[b].CompareTo(problem.Worth[a]) is not 0 and var order ? order : a.CompareTo(b));
}
