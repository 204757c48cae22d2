using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Finds the best node in use for a pod that is taken out: the cheapest, and of equal ones the one that it fills most.</summary>
internal sealed class TargetSearch
{
    private const int None = -1;

    /// <summary>In clusters that are larger than this, the search ends after so many nodes that fit: the fullest are looked at first.</summary>
    private const int SmallCluster = 192;
    private const int MaxFitting = 6;

    /// <summary>Nodes that are asked in vain by then are likely to be followed by others of their kind.</summary>
    private const int MaxAsked = 96;

    private readonly PlacementProblem problem;
    private readonly PlacementState state;
    private readonly bool isSmall;
    private readonly List<(int Placement, long Cpu, long Memory)> tooLarge = [];
    private bool roomOnlyShrinks;
    private int excluded = None;

    public TargetSearch(PlacementProblem problem, PlacementState state)
    {
        (this.problem, this.state) = (problem, state);
        isSmall = problem.Index.Nodes.Length <= SmallCluster;
    }

    /// <summary>While this is set, pods that can take each other's places are only put somewhere: what finds no room, and all that is larger, is not sought again.</summary>
    public bool RoomOnlyShrinks
    {
        set
        {
            roomOnlyShrinks = value;
            tooLarge.Clear();
        }
    }

    /// <returns>-1 where there is none.</returns>
    /// <param name="other">Not this node.</param>
    public int Best(int pod, int other = None)
    {
        excluded = other;
        var (cpu, memory, placement) = (problem.Request(pod, 0), problem.Request(pod, 1), problem.Index.PlacementOf(pod));
        foreach (var known in tooLarge)
        {
            if (placement == known.Placement && cpu >= known.Cpu && memory >= known.Memory) { return None; }
        }

        var best = new Choice(None, long.MaxValue, double.MaxValue);
        var home = problem.Home[pod];
        if (home >= 0 && home != other && !problem.MayTake[home] && !state.IsEmpty(home) && state.Fits(pod, home))
        {
            best = best.Or(this, pod, home);
        }

        var crowded = false;
        foreach (var pool in problem.Pools.For(placement)) { best = BestIn(pool, pod, best, ref crowded); }
        // The pod's neighbours or its own way being in the way somewhere tells nothing of another pod.
        if (roomOnlyShrinks && best.Node == None && !crowded) { tooLarge.Add((placement, cpu, memory)); }
        return best.Node;
    }

    private Choice BestIn(int pool, int pod, Choice best, ref bool crowded)
    {
        var (cpu, memory) = (problem.Request(pod, 0), problem.Request(pod, 1));
        var index = state.Room.For(pod, pool, out var amount);
        var (fitting, asked) = (0, 0);
        for (var bucket = index.First(amount); bucket >= 0; bucket = index.Next(bucket))
        {
            foreach (var node in index.Nodes(bucket))
            {
                if (state.FreeCpu(node) < cpu || state.Free(node, 1) < memory || node == excluded)
                {
                    continue;
                }

                asked++;
                var verdict = state.Verdict(pod, node);
                crowded |= verdict is RejectionKind.TopologySpread or RejectionKind.PodAntiAffinity or RejectionKind.PodAffinity or RejectionKind.Copy or RejectionKind.HostPort
                    or RejectionKind.LastSource or RejectionKind.NoWay;
                if (verdict == RejectionKind.None)
                {
                    best = best.Or(this, pod, node);
                    fitting++;
                }

                if (!isSmall && (fitting >= MaxFitting || asked >= MaxAsked))
                {
                    return best;
                }
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
            var all = problem.Allocatable(node, r);
            left += all <= 0 ? 0 : (state.Free(node, r) - problem.Request(pod, r)) / (double)all;
        }

        return left;
    }

    private readonly record struct Choice(int Node, long Cost, double Left)
    {
        /// <summary>The better one; of equal ones that with the smaller number, so that the order of looking does not matter.</summary>
        public Choice Or(TargetSearch search, int pod, int node)
        {
            var cost = search.state.CostOf(pod, node);
            if (cost > Cost)
            {
                return this;
            }

            var left = search.Left(pod, node);
            return cost < Cost || left < Left || (left == Left && node < Node) ? new Choice(node, cost, left) : this;
        }
    }
}
