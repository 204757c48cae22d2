namespace Rebalancer.Planning.Placement;

/// <summary>Taking all pods of a node out.</summary>
internal static class Emptying
{
    /// <summary>The pods, largest first; null where one of them has to stay. What was taken out until then is for the caller to undo.</summary>
    public static List<int>? TakeOut(PlacementProblem problem, PlacementState state, List<int> pods)
    {
        if (pods.Exists(p => problem.Immovable[p] is not null))
        {
            return null;
        }

        pods.Sort((a, b) => Size(problem, b).CompareTo(Size(problem, a)) is not 0 and var order ? order : a.CompareTo(b));
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

    /// <summary>Requests in parts of an average node, cpu and memory together.</summary>
    public static double Size(PlacementProblem problem, int pod)
    {
        var size = 0.0;
        for (var r = 0; r < 2; r++)
        {
            size += problem.Index.Requests[pod * problem.Index.ResourceCount + r] / (double)Math.Max(1, problem.Index.Allocatable[r]);
        }

        return size;
    }
}
