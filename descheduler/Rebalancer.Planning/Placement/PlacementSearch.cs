namespace Rebalancer.Planning.Placement;

/// <summary>
/// Anytime search for a cheaper placement. First nodes are emptied one by one and replaced by cheaper ones; then groups of nodes are taken apart and put together
/// again, which moves and swaps pods and makes chains of ejections; in the end moves that bring nothing are taken back. The state is never worse than before.
/// </summary>
internal sealed class PlacementSearch(PlacementProblem problem, PlacementState state, BudgetMeter budget, Random random)
{
    private const int MaxPasses = 8;
    private const int MaxNodesTakenApart = 4;

    /// <summary>Share of a node's pods that are ejected, where it is not emptied whole.</summary>
    private const double PartlyEjected = 0.4;

    private const double KeptEmpty = 0.7;
    private const int Nowhere = -1;

    private readonly TargetSearch targets = new(problem, state);
    private readonly NodeReplacement replacement = new(problem, state);

    public void Run()
    {
        Descend();
        var movable = Enumerable.Range(0, state.At.Length).Where(p => state.At[p] >= 0 && problem.Immovable[p] is null).ToArray();
        while (movable.Length > 0 && budget.Spend())
        {
            TakeApart(movable);
        }

        Descend();
        TakeBackUseless();
    }

    /// <summary>Until neither emptying nor replacing a node helps any more.</summary>
    private void Descend()
    {
        for (var pass = 0; pass < MaxPasses && !budget.TimeIsUp; pass++)
        {
            var before = state.Cost;
            EmptyAll();
            replacement.ReplaceAll(targets, budget);
            if (state.Cost == before)
            {
                return;
            }
        }
    }

    /// <summary>Dear nodes with little on them first.</summary>
    private void EmptyAll()
    {
        targets.Refresh();
        var order = Enumerable.Range(0, problem.Index.Nodes.Length)
            .Where(n => !state.IsEmpty(n) && problem.NodeMicros[n] > 0)
            .OrderBy(n => state.Residents(n).Sum(p => (double)problem.Index.Requests[p * problem.Index.ResourceCount]) / problem.NodeMicros[n])
            .ThenBy(n => n)
            .ToList();
        foreach (var node in order.TakeWhile(_ => !budget.TimeIsUp && state.Moved < problem.MaxMoves))
        {
            TryEmpty(node);
        }
    }

    private void TryEmpty(int node)
    {
        var (mark, before) = (state.Mark, state.Cost);
        var done = Emptying.TakeOut(problem, state, [.. state.Residents(node)]) is { } pods && pods.TrueForAll(p =>
        {
            var target = targets.Best(p, avoid: n => n == node, mayOpen: _ => false);
            return target >= 0 && Put(p, target);
        });
        Settle(done, mark, before, acceptEqual: false);
    }

    /// <summary>Mostly so that the first of the nodes stays empty; else only for a better order.</summary>
    private void TakeApart(int[] movable)
    {
        var (mark, before) = (state.Mark, state.Cost);
        var first = state.At[movable[random.Next(movable.Length)]];
        var closed = random.NextDouble() < KeptEmpty ? first : Nowhere;
        List<int> pods = [.. Eject(first, 1)];
        for (var more = random.Next(MaxNodesTakenApart); more > 0; more--)
        {
            // A pod that is out already stands for no node any more.
            var node = state.At[movable[random.Next(movable.Length)]];
            pods.AddRange(node < 0 ? [] : Eject(node, random.Next(2) == 0 ? 1 : PartlyEjected));
        }

        var noisy = pods.Select(p => (Pod: p, Size: Emptying.Size(problem, p) * (0.5 + random.NextDouble()))).OrderByDescending(p => p.Size).ThenBy(p => p.Pod).ToList();
        var done = noisy.TrueForAll(p =>
        {
            var target = targets.Best(p.Pod, avoid: n => n == closed, mayOpen: n => !problem.Offered[n]);
            return target >= 0 && Put(p.Pod, target);
        });
        Settle(done, mark, before, acceptEqual: true);
    }

    private List<int> Eject(int node, double share)
    {
        var pods = state.Residents(node).Where(p => problem.Immovable[p] is null && (share >= 1 || random.NextDouble() < share)).Order().ToList();
        return [.. pods.Where(p =>
        {
            var leaves = state.MayLeave(p);
            if (leaves)
            {
                state.TakeOut(p);
            }

            return leaves;
        })];
    }

    private void TakeBackUseless()
    {
        foreach (var pod in Enumerable.Range(0, state.At.Length).Where(p => state.At[p] >= 0 && state.At[p] != problem.Home[p]).ToList())
        {
            var (mark, before) = (state.Mark, state.Cost);
            if (state.MayLeave(pod))
            {
                state.TakeOut(pod);
                var done = state.Fits(pod, problem.Home[pod]) && Put(pod, problem.Home[pod]);
                Settle(done, mark, before, acceptEqual: true);
            }
        }
    }

    private void Settle(bool done, int mark, long before, bool acceptEqual)
    {
        var better = state.Cost < before || (acceptEqual && state.Cost == before);
        if (!done || !better || state.Moved > problem.MaxMoves || state.NewNodes > problem.MaxNewNodes)
        {
            state.Undo(mark);
        }
        else
        {
            state.Keep();
        }
    }

    private bool Put(int pod, int node)
    {
        state.Put(pod, node);
        return true;
    }
}
