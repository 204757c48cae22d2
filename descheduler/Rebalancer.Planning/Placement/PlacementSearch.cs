using Rebalancer.Planning.Search;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Anytime search for a cheaper placement. The first plan comes from emptying nodes one by one and replacing what is left by machines that fit; then small
/// groups of nodes are taken apart again and again. The state is never worse than before.
/// </summary>
internal sealed class PlacementSearch
{
    private const int MaxPasses = 8;
    private const int MaxGroup = 4;
    private const int TriesForAlike = 4;

    /// <summary>What a group may cost more at first, as a share of an average node, and the share of the budget after which it may not.</summary>
    private const double InitialHeat = 0.02;
    private const double HeatedShare = 0.8;

    /// <summary>With fewer tries than this for each node nothing may cost more: there would be no time to make it good.</summary>
    private const int TriesForHeat = 200;

    /// <summary>A group that has as many gets no further node.</summary>
    private const int MaxPods = 50;

    /// <summary>The first node of a group is the least worth its price of so many.</summary>
    private const int Contestants = 3;

    /// <summary>A node that is worth this share of its price has nothing to give.</summary>
    private const double WellUsed = 0.985;

    /// <summary>In the first plan, which must be there soon, only nodes below this share are looked at one by one.</summary>
    private const double PoorlyUsed = 0.85;

    private readonly PlacementProblem problem;
    private readonly PlacementState state;
    private readonly BudgetMeter budget;
    private readonly SearchRandom random;
    private readonly TargetSearch targets;
    private readonly GroupRepack repack;
    private readonly PoolPacking packing;
    private readonly bool hasOffers;
    private readonly int[] movable;
    private readonly int[] group = new int[MaxGroup];
    private readonly List<int> pods = [];
    private bool mayStop;

    public PlacementSearch(PlacementProblem problem, PlacementState state, BudgetMeter budget, SearchRandom random)
    {
        (this.problem, this.state, this.budget, this.random) = (problem, state, budget, random);
        targets = new TargetSearch(problem, state);
        var kinds = new OfferedKinds(problem);
        hasOffers = kinds.SizeCount > 0;
        repack = new GroupRepack(problem, state, targets, kinds, random);
        packing = new PoolPacking(problem, state, kinds);
        movable = [.. Enumerable.Range(0, state.At.Length).Where(p => state.At[p] >= 0 && problem.Immovable[p] is null && !problem.GoesWithNode(p))];
    }

    private bool IsOver => state.Moved >= problem.MaxMoves || (mayStop && budget.TimeIsUp);

    /// <summary>The first step of every plan, whatever time there is.</summary>
    public void PackPools()
    {
        for (var pool = 0; pool < problem.Pools.Count; pool++)
        {
            var (mark, before) = (state.Mark, state.Cost);
            Settle(packing.Run(pool), mark, before, acceptEqual: false);
        }
    }

    /// <summary>The first plan, whatever time there is; more passes while there is time.</summary>
    public void Descend()
    {
        for (var pass = 0; pass == 0 || (pass < MaxPasses && !budget.TimeIsUp); pass++)
        {
            var before = state.Cost;
            mayStop = pass > 0;
            EmptyAll();
            if (hasOffers) { ReplaceAll(pass == 0 ? PoorlyUsed : WellUsed); }
            if (state.Cost == before)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Until the budget is used up. At first a group may cost more than before, by what is a small part of a node, and ever less of it; the best that was seen
    /// counts in the end.
    /// </summary>
    public void Improve()
    {
        state.Offer();
        var heat = InitialHeat * problem.NodeMicros.Where(m => m > 0).DefaultIfEmpty().Average();
        for (var tries = 1; movable.Length > 0 && budget.Spend(); tries++)
        {
            var size = 1 + random.Below(MaxGroup);
            var used = budget.Used;
            var isHeated = used < HeatedShare && tries / used >= TriesForHeat * (double)problem.Index.Nodes.Length;
            var slack = isHeated ? (long)(heat * (1 - used / HeatedShare) * random.Exponential()) : 0;
            Repack(group.AsSpan(0, Draw(size)), acceptEqual: true, fillFirst: random.Below(4) != 0, slack);
            state.Offer();
        }

        state.GoToBest();
    }

    /// <summary>Empties these nodes, or replaces them by something cheaper, with pods that have not settled yet.</summary>
    public void EmptyOnly(IEnumerable<int> nodes)
    {
        foreach (var node in nodes)
        {
            TryEmpty(node);
            group[0] = node;
            if (!state.IsEmpty(node) && hasOffers) { Repack(group.AsSpan(0, 1), acceptEqual: false, fillFirst: true); }
        }
    }

    /// <summary>Moves that bring nothing are taken back.</summary>
    public void TakeBackUseless()
    {
        for (var pod = 0; pod < state.At.Length; pod++)
        {
            if (state.At[pod] < 0 || state.At[pod] == problem.Home[pod] || !state.MayLeave(pod))
            {
                continue;
            }

            var (mark, before) = (state.Mark, state.Cost);
            state.TakeOut(pod);
            var done = state.Fits(pod, problem.Home[pod]) && Put(pod, problem.Home[pod]);
            Settle(done, mark, before, acceptEqual: true);
        }
    }

    /// <summary>Those first whose pods are worth least for the node's price.</summary>
    private void EmptyAll()
    {
        foreach (var node in InOrder())
        {
            if (IsOver)
            {
                return;
            }

            TryEmpty(node);
        }
    }

    private void TryEmpty(int node)
    {
        var (mark, before) = (state.Mark, state.Cost);
        Settle(MoveAll(node), mark, before, acceptEqual: false);
    }

    /// <summary>One pod after the other, largest first: mostly the first finds no room, and no other has been touched.</summary>
    private bool MoveAll(int node)
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
        foreach (var pod in pods)
        {
            if (!state.MayLeave(pod))
            {
                return false;
            }

            state.TakeOut(pod);
            if (targets.Best(pod, node) is not (>= 0 and var target))
            {
                return false;
            }

            state.Put(pod, target);
        }

        return true;
    }

    /// <summary>By cheaper machines: two neighbours of the order together, else each alone.</summary>
    /// <param name="wellUsed">Nodes that are worth this share of their price are left alone.</param>
    private void ReplaceAll(double wellUsed)
    {
        var order = InOrder();
        for (var i = 0; i < order.Length && !IsOver; i++)
        {
            if (state.IsEmpty(order[i]) || state.WorthShare(order[i]) > wellUsed)
            {
                continue;
            }

            group[0] = order[i];
            var other = Array.FindIndex(order, i + 1, Math.Min(TriesForAlike, order.Length - i - 1), n => !state.IsEmpty(n) && IsAlike(order[i], n));
            group[1] = other < 0 ? 0 : order[other];
            if (other < 0 || !Repack(group.AsSpan(0, 2), acceptEqual: false, fillFirst: true))
            {
                Repack(group.AsSpan(0, 1), acceptEqual: false, fillFirst: true);
            }
        }
    }

    private int[] InOrder()
        => [.. Enumerable.Range(0, problem.Index.Nodes.Length).Where(n => !state.IsEmpty(n) && problem.NodeMicros[n] > 0).OrderBy(state.WorthShare).ThenBy(n => n)];

    /// <summary>Draws nodes that can take each other's pods.</summary>
    private int Draw(int size)
    {
        group[0] = AnyNode();
        for (var i = 1; i < Contestants; i++)
        {
            if (AnyNode() is var other && state.WorthShare(other) < state.WorthShare(group[0])) { group[0] = other; }
        }

        var count = 1;
        for (var i = 1; i < size && PodsOf(count) < MaxPods; i++)
        {
            for (var tries = 0; tries < TriesForAlike; tries++)
            {
                if (AnyNode() is var other && !group.AsSpan(0, count).Contains(other) && IsAlike(group[0], other))
                {
                    group[count++] = other;
                    break;
                }
            }
        }

        return count;
    }

    private int PodsOf(int count)
    {
        var pods = 0;
        foreach (var node in group.AsSpan(0, count)) { pods += state.Residents(node).Length; }
        return pods;
    }

    private int AnyNode() => state.At[movable[random.Below(movable.Length)]];

    /// <summary>A pod of the one could be on the other, if there were room.</summary>
    private bool IsAlike(int node, int other)
        => state.Verdict(state.Residents(node)[0], other) is not (RejectionKind.NodeSelector or RejectionKind.NodeAffinity or RejectionKind.Taint or RejectionKind.CpuClass);

    private bool Repack(ReadOnlySpan<int> nodes, bool acceptEqual, bool fillFirst, long slack = 0)
    {
        var (mark, before) = (state.Mark, state.Cost + slack);
        return Settle(repack.Try(nodes, before, fillFirst), mark, before, acceptEqual);
    }

    private bool Settle(bool done, int mark, long before, bool acceptEqual)
    {
        var better = state.Cost < before || (acceptEqual && state.Cost == before);
        var keeps = done && better && state.Moved <= problem.MaxMoves && state.NewNodes <= problem.MaxNewNodes;
        if (keeps) { state.Keep(); }
        else { state.Undo(mark); }
        return keeps;
    }

    private bool Put(int pod, int node)
    {
        state.Put(pod, node);
        return true;
    }
}
