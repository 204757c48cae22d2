namespace Rebalancer.Planning.Placement;

/// <summary>
/// Packs a whole pool at once: nodes that save most for their moves are emptied, into what is free on those that stay, fullest first. Many pods wait at a time, so
/// that each node that stays gets those that fill it; what is left in the end goes to the cheapest machines. All moves go to room that is free from the start, and
/// so depend on no other.
/// </summary>
internal sealed class PoolPacking(PlacementProblem problem, PlacementState state, OfferedKinds kinds)
{
    /// <summary>Pods that wait at a time: a thirtieth of the pool's, within limits. More choice fills nodes better, but more are left in the end.</summary>
    private const int PoolShare = 30;
    private const int LeastWaiting = 30;
    private const int MostWaiting = 1500;

    /// <summary>How full machines get, in the unit of their price: room that is left counts for nothing.</summary>
    private const double UsualFill = 0.98;

    /// <summary>Emptied nodes that are held against new machines for what is left: the last ones, which it pays least to empty.</summary>
    private const int MaxReopened = 8;
    private const int None = -1;
    private readonly WaitingPods waiting = new(problem, state);
    private readonly List<int> emptied = [];

    /// <summary>Whether every pod has a place; the caller undoes it where not, or where that costs more than before.</summary>
    public bool Run(int pool)
    {
        emptied.Clear();
        waiting.Clear();
        var order = InOrder(pool, out var values);
        var reserve = Math.Clamp(order.Sum(n => state.Residents(n).Length) / PoolShare, LeastWaiting, MostWaiting);
        var next = 0;
        for (var last = order.Length - 1; last >= next && (waiting.Count > 0 || next < order.Length); last--)
        {
            if (values[last] < 0)
            {
                TakeUntil(order, ref next, last, int.MaxValue);
                foreach (var node in order.AsSpan(last + 1)) { Fill(node); }
                break;
            }

            TakeUntil(order, ref next, last - 1, reserve);
            Fill(order[last]);
        }

        return PlaceRest(pool);
    }

    private void Fill(int node)
    {
        if (problem.MayTake[node]) { waiting.Fill(node); }
    }

    /// <summary>Machines are opened, or opened again, one after the other: the one that is cheapest for what it takes.</summary>
    private bool PlaceRest(int pool)
    {
        while (waiting.Count > 0)
        {
            var (node, price) = (None, double.PositiveInfinity);
            waiting.Prepare(emptied.Count > 0 ? emptied[^1] : problem.Pools.Nodes[pool][0]);
            for (var size = 0; size < kinds.SizeCount && state.NewNodes < problem.MaxNewNodes; size++)
            {
                Consider(kinds.Any(size, pool, state), ref node, ref price);
            }

            for (var i = Math.Max(0, emptied.Count - MaxReopened); i < emptied.Count; i++) { Consider(emptied[i], ref node, ref price); }
            if (node == None || (problem.Offered[node] && !TryFill(node)))
            {
                node = emptied.Count > 0 ? emptied[^1] : None;
            }

            if (node == None)
            {
                return false;
            }

            if (!problem.Offered[node])
            {
                emptied.Remove(node);
                waiting.PutHome(node);
                waiting.Fill(node);
            }
        }

        return true;
    }

    private void Consider(int node, ref int best, ref double least)
    {
        if (node != None && waiting.PricePerWorth(node) is var price && price < least) { (best, least) = (node, price); }
    }

    private bool TryFill(int node)
    {
        var before = waiting.Count;
        waiting.Fill(node);
        return waiting.Count < before;
    }

    /// <summary>Empties nodes in their order until as many pods wait.</summary>
    private void TakeUntil(int[] order, ref int next, int end, int count)
    {
        for (; next <= end && waiting.Count < count; next++)
        {
            var node = order[next];
            if (state.Moved + waiting.Count + state.Residents(node).Length > problem.MaxMoves)
            {
                next = end + 1;
                return;
            }

            var mark = state.Mark;
            if (MoveCost(node) < problem.NodeMicros[node] && Emptying.TakeOut(problem, state, node) is { } pods)
            {
                pods.ForEach(waiting.Add);
                emptied.Add(node);
            }
            else
            {
                state.Undo(mark);
            }
        }
    }

    /// <summary>The pool's nodes in use: what is saved best by emptying first. Nodes with pods that cannot move are last.</summary>
    private int[] InOrder(int pool, out double[] values)
    {
        int[] order = [.. problem.Pools.Nodes[pool].Where(n => !state.IsEmpty(n))];
        values = Array.ConvertAll(order, ValueOfKeeping);
        Array.Sort(values, order);
        return order;
    }

    /// <summary>What keeping the node saves in moves, less what it costs more than the room in it is worth; as a share of its price.</summary>
    private double ValueOfKeeping(int node)
    {
        if (problem.NodeMicros[node] == 0)
        {
            return double.MaxValue;
        }

        var (cpu, memory) = (Math.Max(0, state.FreeCpu(node)), Math.Max(0, state.Free(node, 1)));
        foreach (var pod in state.Residents(node))
        {
            if (!state.MayMove(pod))
            {
                return double.MaxValue;
            }

            (cpu, memory) = (cpu + problem.Request(pod, 0), memory + problem.Request(pod, 1));
        }

        var lost = UsualFill * problem.NodeMicros[node] - problem.Prices[problem.Pools.Of[node]].Potential(cpu, memory);
        return (MoveCost(node) - Math.Max(0, lost)) / problem.NodeMicros[node];
    }

    private long MoveCost(int node)
    {
        var cost = 0L;
        foreach (var pod in state.Residents(node)) { cost += node == problem.Home[pod] ? problem.MoveMicros[pod] : 0; }
        return cost;
    }
}
