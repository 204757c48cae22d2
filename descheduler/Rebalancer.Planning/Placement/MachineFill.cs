namespace Rebalancer.Planning.Placement;

/// <summary>What an empty machine would hold of the pods that wait, largest first, and what that costs for what it is worth. Room alone is looked at.</summary>
internal sealed class MachineFill(PlacementProblem problem, PlacementState state)
{
    private readonly int width = problem.Index.ResourceCount;
    private readonly long[] free = new long[problem.Index.ResourceCount];
    private long[] requests = [];

    /// <summary>To be called when other pods wait.</summary>
    public void Prepare(List<int> pods)
    {
        if (requests.Length < pods.Count * width)
        {
            Array.Resize(ref requests, 2 * pods.Count * width);
        }

        for (var i = 0; i < pods.Count; i++)
        {
            problem.Index.Requests.AsSpan(pods[i] * width, width).CopyTo(requests.AsSpan(i * width));
        }
    }

    /// <summary>Price per worth of the pods that the machine would hold; infinite where it would hold none.</summary>
    public double PricePerWorth(List<int> pods, int node)
    {
        for (var r = 0; r < width; r++) { free[r] = state.Free(node, r); }
        var (price, worth) = (problem.NodeMicros[node], 0.0);
        for (var i = 0; i < pods.Count; i++)
        {
            if (Takes(requests.AsSpan(i * width, width)))
            {
                worth += problem.Worth[pods[i]];
                price += state.CostBeside(pods[i], node);
            }
        }

        return worth > 0 ? price / worth : double.PositiveInfinity;
    }

    private bool Takes(ReadOnlySpan<long> asked)
    {
        for (var r = 0; r < asked.Length; r++)
        {
            if (asked[r] > 0 && asked[r] > free[r]) { return false; }
        }

        for (var r = 0; r < asked.Length; r++) { free[r] -= asked[r]; }
        return true;
    }
}
