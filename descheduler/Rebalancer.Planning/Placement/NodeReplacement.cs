namespace Rebalancer.Planning.Placement;

/// <summary>Right-sizing: a machine that is on offer takes over the pods of one or more dearer nodes.</summary>
internal sealed class NodeReplacement(PlacementProblem problem, PlacementState state)
{
    /// <summary>Nodes looked at for each new one.</summary>
    private const int MaxNodes = 200;

    public void ReplaceAll(TargetSearch targets, BudgetMeter budget)
    {
        if (!Array.Exists(problem.Offered, o => o))
        {
            return;
        }

        // Offers of a kind are alike: the first that is still free stands for all of them.
        var kinds = Enumerable.Range(0, problem.Index.Nodes.Length).Where(n => problem.Offered[n] && state.IsEmpty(n))
            .GroupBy(n => Offers.KindOf(problem.Index.Nodes[n].Name)).Select(g => g.First())
            .OrderBy(n => problem.NodeMicros[n]).ThenBy(n => n).ToList();
        foreach (var offer in kinds.TakeWhile(_ => !budget.TimeIsUp && state.NewNodes < problem.MaxNewNodes))
        {
            TryOpen(offer, targets);
        }
    }

    private void TryOpen(int offer, TargetSearch targets)
    {
        var (mark, before) = (state.Mark, state.Cost);
        var candidates = Enumerable.Range(0, problem.Index.Nodes.Length)
            .Where(n => n != offer && !state.IsEmpty(n) && problem.NodeMicros[n] > 0)
            .OrderByDescending(n => problem.NodeMicros[n]).ThenBy(n => n).Take(MaxNodes).ToList();
        foreach (var node in candidates)
        {
            TryMoveOver(node, offer, targets);
        }

        if (state.Cost < before && state.Moved <= problem.MaxMoves)
        {
            state.Keep();
        }
        else
        {
            state.Undo(mark);
        }
    }

    /// <summary>The new node's own price is left to the caller, who weighs it against all that it takes over.</summary>
    private void TryMoveOver(int node, int offer, TargetSearch targets)
    {
        var (mark, before) = (state.Mark, state.Cost + (state.IsEmpty(offer) ? problem.NodeMicros[offer] : 0));
        var done = Emptying.TakeOut(problem, state, [.. state.Residents(node)]) is { } pods && pods.TrueForAll(p =>
        {
            var target = state.Fits(p, offer) ? offer : targets.Best(p, avoid: n => n == node, mayOpen: _ => false);
            if (target >= 0)
            {
                state.Put(p, target);
            }

            return target >= 0;
        });
        if (!done || state.Cost >= before || state.IsEmpty(offer) || state.Moved > problem.MaxMoves)
        {
            state.Undo(mark);
        }
    }
}
