using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Takes a few nodes apart: their pods go where there is room, and for those that are left the machines are opened that hold most for their price, the same
/// nodes, others that are empty, or new ones. That empties nodes, right-sizes them, and moves, swaps and ejects pods in chains.
/// </summary>
internal sealed class GroupRepack(PlacementProblem problem, PlacementState state, TargetSearch targets, OfferedKinds kinds, SearchRandom random)
{
    /// <summary>How much the choice of a machine and the order of pods are blurred, so that another try gives another result.</summary>
    private const double Blur = 0.04;
    private const double OrderBlur = 0.3;

    private const int MaxMachines = 64;

    /// <summary>Nodes looked at for empty ones that could be used again.</summary>
    private const int EmptyTries = 24;
    private const int OfferTries = 64;
    private const int None = -1;
    private readonly MachineFill fill = new(problem, state);
    private readonly int[] existing = [.. Enumerable.Range(0, problem.Index.Nodes.Length).Where(n => !problem.Offered[n] && problem.MayTake[n])];
    private readonly List<int> waiting = [];
    private readonly List<int> candidates = [];
    private readonly List<(double Size, int Pod)> order = [];
    private readonly List<int> lastPods = [];
    private LastMachine last;
    private bool homeFirst;

    /// <summary>Whether all pods have a place again that costs no more than before; the caller settles what is left half done.</summary>
    /// <param name="fillFirst">Room in use is filled before a machine is opened; otherwise only what needs no machine of its own goes there.</param>
    public bool Try(ReadOnlySpan<int> nodes, long limit, bool fillFirst)
    {
        Open(nodes);
        if (candidates.Count == 0)
        {
            return false;
        }

        homeFirst = random.Below(2) == 0;
        last = new LastMachine(None, long.MaxValue, 0);
        var left = fillFirst ? FillRoom() : WorthOfWaiting();
        for (var machines = 0; waiting.Count > 0 && left >= 0 && state.Cost + left <= limit && machines < MaxMachines; machines++) { left = OpenMachine(left); }
        return waiting.Count == 0 && state.Cost <= last.Cost ? true : last.Cost <= limit && Finish();
    }

    /// <summary>One machine for all that waited at that moment, in place of the several that were cheaper for what each holds.</summary>
    private bool Finish()
    {
        state.Undo(last.Mark);
        foreach (var pod in lastPods)
        {
            if (!state.Fits(pod, last.Node))
            {
                return false;
            }

            state.Put(pod, last.Node);
        }

        waiting.Clear();
        return true;
    }

    /// <summary>All that may leave is out; nodes that are empty then are candidates like any other machine.</summary>
    private void Open(ReadOnlySpan<int> nodes)
    {
        waiting.Clear();
        candidates.Clear();
        order.Clear();
        foreach (var node in nodes)
        {
            foreach (var pod in state.ResidentList(node))
            {
                if (state.MayLeave(pod))
                {
                    state.TakeOut(pod);
                    order.Add((problem.Worth[pod] * (1 - OrderBlur * Fraction()), pod));
                }
            }

            if (state.IsEmpty(node) && !problem.Offered[node]) { candidates.Add(node); }
        }

        order.Sort((a, b) => b.Size.CompareTo(a.Size) is not 0 and var bySize ? bySize : a.Pod.CompareTo(b.Pod));
        foreach (var (_, pod) in order) { waiting.Add(pod); }
        if (waiting.Count > 0)
        {
            AddEmpty();
            AddOffers(waiting[0]);
        }
    }

    private void AddEmpty()
    {
        var tries = Math.Min(EmptyTries, existing.Length);
        for (var (i, at) = (0, random.Below(Math.Max(1, existing.Length))); i < tries; i++, at = (at + 1) % existing.Length)
        {
            if (state.IsEmpty(existing[at]) && !candidates.Contains(existing[at])) { candidates.Add(existing[at]); }
        }
    }

    private void AddOffers(int pod)
    {
        var tries = Math.Min(OfferTries, kinds.SizeCount);
        for (var (i, size) = (0, random.Below(Math.Max(1, kinds.SizeCount))); i < tries && state.NewNodes < problem.MaxNewNodes; i++, size = (size + 1) % kinds.SizeCount)
        {
            if (kinds.Draw(size, pod, state, random) is >= 0 and var node) { candidates.Add(node); }
        }
    }

    private double WorthOfWaiting()
    {
        var worth = 0.0;
        foreach (var pod in waiting) { worth += problem.Worth[pod]; }
        return worth;
    }

    /// <summary>What is left is worth so much, and so costs at least that.</summary>
    private double FillRoom()
    {
        targets.RoomOnlyShrinks = true;
        waiting.RemoveAll(pod =>
        {
            var target = targets.Best(pod);
            if (target >= 0) { state.Put(pod, target); }
            return target >= 0;
        });
        targets.RoomOnlyShrinks = false;
        return WorthOfWaiting();
    }

    /// <summary>What waits now is worth so much; below 0 where no machine takes any of it.</summary>
    private double OpenMachine(double left)
    {
        fill.Prepare(waiting);
        var (best, bestPrice) = (-1, double.PositiveInfinity);
        for (var i = 0; i < candidates.Count; i++)
        {
            // Too dear even if it held all: a machine that is far too large is not filled on paper.
            var own = problem.NodeMicros[candidates[i]];
            if (own >= bestPrice * left && state.Cost + own >= last.Cost)
            {
                continue;
            }

            var load = fill.Holds(candidates[i], homeFirst);
            var price = load.PricePerWorth * (1 + Blur * Fraction());
            if (price < bestPrice) { (best, bestPrice) = (i, price); }
            if (load.Pods == waiting.Count && state.Cost + load.Price < last.Cost) { Remember(candidates[i], state.Cost + load.Price); }
        }

        if (best < 0)
        {
            return -1;
        }

        var node = candidates[best];
        candidates.RemoveAt(best);
        if (homeFirst && !problem.Offered[node]) { waiting.RemoveAll(pod => problem.Home[pod] == node && PutIfFits(pod)); }
        waiting.RemoveAll(PutIfFits);
        if (waiting.Count > 0 && problem.Offered[node]) { Replenish(node); }
        return Math.Max(0, left);

        bool PutIfFits(int pod)
        {
            if (!state.Fits(pod, node))
            {
                return false;
            }

            state.Put(pod, node);
            left -= problem.Worth[pod];
            return true;
        }
    }

    private void Remember(int node, long cost)
    {
        last = new LastMachine(node, cost, state.Mark);
        lastPods.Clear();
        lastPods.AddRange(waiting);
    }

    /// <summary>Another one of the kind that was opened.</summary>
    private void Replenish(int node)
    {
        if (state.NewNodes >= problem.MaxNewNodes) { candidates.RemoveAll(n => problem.Offered[n]); }
        else if (!state.IsEmpty(node) && kinds.Another(node, state) is >= 0 and var next) { candidates.Add(next); }
    }

    private double Fraction() => (random.Next() >> 11) * (1.0 / (1UL << 53));

    /// <param name="Cost">Of the whole placement, once it holds all that waited.</param>
    /// <param name="Mark">When that was.</param>
    private readonly record struct LastMachine(int Node, long Cost, int Mark);
}
