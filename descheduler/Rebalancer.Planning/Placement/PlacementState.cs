using Rebalancer.Planning.Search;
using Rebalancer.Planning.Waves;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Where every pod would be, what that costs, and what changed since a mark, so that a try can be taken back. All costs are followed move by move.
/// </summary>
internal sealed class PlacementState
{
    private const int Nowhere = -1;
    private readonly PlacementProblem problem;
    private readonly Occupancy occupancy;
    private readonly BinContents residents;
    private readonly double[] worth;
    private readonly bool[] settled;
    private readonly BestSoFar best;
    private readonly List<(int Pod, int From)> log = [];
    private HashSet<(int Pod, int Node)> avoided = [];

    public PlacementState(PlacementProblem problem)
    {
        this.problem = problem;
        var nodes = problem.Index.Nodes.Length;
        occupancy = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
        At = [.. problem.Home];
        // Daemons keep no node and cost nothing.
        residents = new BinContents(Array.ConvertAll([.. Enumerable.Range(0, At.Length)], p => problem.GoesWithNode(p) ? Nowhere : At[p]), nodes);
        worth = new double[nodes];
        settled = new bool[At.Length];
        Room = new OpenRoom(problem, occupancy);
        for (var node = 0; node < nodes; node++)
        {
            Cost += IsEmpty(node) ? 0 : problem.NodeMicros[node];
            foreach (var pod in Residents(node))
            {
                worth[node] += problem.Worth[pod];
                Cost += problem.PlacementMicros(pod, node);
            }

            Room.Update(node, !IsEmpty(node));
        }

        best = new BestSoFar(At, At.Length, Cost);
    }

    /// <summary>By pod; -1 while it is taken out.</summary>
    public int[] At { get; }

    /// <summary>Millionths of a dollar, over the hours that count.</summary>
    public long Cost { get; private set; }

    public int Moved { get; private set; }

    public int NewNodes { get; private set; }

    public int Mark => log.Count;

    /// <summary>Nodes that may take a pod without being paid for anew.</summary>
    public OpenRoom Room { get; }

    /// <summary>Pods that keep the node, in no order. Void as soon as one comes or goes.</summary>
    public ReadOnlySpan<int> Residents(int node) => residents.Items(node);

    /// <summary>Likewise, for a walk during which they come and go: in the order of their numbers.</summary>
    public List<int> ResidentList(int node)
    {
        List<int> pods = [.. Residents(node)];
        pods.Sort();
        return pods;
    }

    public bool IsEmpty(int node) => residents.Count(node) == 0;

    /// <summary>What the node's pods are worth, as a share of its price: 1 is a node that is full of what it costs least to hold.</summary>
    public double WorthShare(int node) => worth[node] / Math.Max(1, problem.NodeMicros[node]);

    public long FreeCpu(int node) => occupancy.Free(node, 0);

    public long Free(int node, int resource) => occupancy.Free(node, resource);

    /// <summary>The pod can move at all, has not settled, and is not required by pods that stay.</summary>
    public bool MayLeave(int pod) => MayMove(pod) && occupancy.MayLeave(pod, At[pod]);

    /// <summary>The pod can move at all, and has not settled.</summary>
    public bool MayMove(int pod) => problem.Immovable[pod] is null && !settled[pod];

    /// <summary>Pods that are away from home stay where they are from now on.</summary>
    public void SettleMoved()
    {
        for (var pod = 0; pod < At.Length; pod++) { settled[pod] = At[pod] != problem.Home[pod]; }
    }

    /// <summary>From now on these pods are not put on these nodes.</summary>
    public void Avoid(IEnumerable<Step> moves) => avoided = [.. moves.Select(m => (m.Pod, m.Target))];

    /// <summary>Pods like this one that an empty node may hold by their own rules, room aside.</summary>
    public int MostTogether(int pod, int node) => occupancy.MostTogether(pod, node);

    /// <summary>Whether a pod that is taken out may be put there.</summary>
    public bool Fits(int pod, int node) => Verdict(pod, node) == RejectionKind.None;

    public RejectionKind Verdict(int pod, int node)
    {
        var home = problem.Home[pod];
        if (node != home)
        {
            if (!problem.MayTake[node])
            {
                return MoveRules.Availability(problem.Index.Nodes[node]);
            }

            if (problem.LastSource[pod] == node)
            {
                return RejectionKind.LastSource;
            }

            if (avoided.Count > 0 && avoided.Contains((pod, node)))
            {
                return RejectionKind.NoWay;
            }

            if (problem.IsTooRisky(node))
            {
                return RejectionKind.SpotRisk;
            }

            if (!problem.CpuSuits(pod, node))
            {
                return RejectionKind.CpuClass;
            }

            var kind = occupancy.Check(pod, node);
            return kind == RejectionKind.None && home >= 0 && !occupancy.CopyMayRunBeside(pod, home, node) ? RejectionKind.Copy : kind;
        }

        // Going back home is no scheduling; what is there already is allowed, as long as there is room.
        var there = occupancy.Check(pod, node);
        return there is RejectionKind.Taint or RejectionKind.Unschedulable or RejectionKind.NodeAffinity or RejectionKind.NodeSelector ? RejectionKind.None : there;
    }

    /// <summary>What putting the pod there would add to the cost.</summary>
    public long CostOf(int pod, int node) => (IsEmpty(node) ? problem.NodeMicros[node] : 0) + CostBeside(pod, node);

    /// <summary>Likewise, without the node's own price.</summary>
    public long CostBeside(int pod, int node) => problem.PlacementMicros(pod, node) + (node == problem.Home[pod] ? 0 : problem.MoveMicros[pod]);

    public void TakeOut(int pod)
    {
        log.Add((pod, At[pod]));
        Leave(pod);
    }

    public void Put(int pod, int node)
    {
        log.Add((pod, Nowhere));
        Arrive(pod, node);
    }

    /// <summary>Takes back everything since the mark.</summary>
    public void Undo(int mark)
    {
        while (log.Count > mark)
        {
            var (pod, from) = log[^1];
            log.RemoveAt(log.Count - 1);
            if (from == Nowhere) { Leave(pod); }
            else { Arrive(pod, from); }
        }
    }

    /// <summary>What was done stays: the marks so far are void.</summary>
    public void Keep() => log.Clear();

    /// <summary>Keeps the present placement in mind if it is the best so far. Every pod must be somewhere.</summary>
    public void Offer() => best.Offer(Cost);

    /// <summary>Goes back to the best placement that was offered.</summary>
    public void GoToBest()
    {
        var different = Enumerable.Range(0, At.Length).Where(p => At[p] != best.Assignment[p]).ToList();
        different.ForEach(Leave);
        foreach (var pod in different) { Arrive(pod, best.Assignment[pod]); }
        Keep();
    }

    /// <summary>These moves are not made; all others are. The order in which they could not be made is no matter then.</summary>
    public void TakeBack(List<Step> steps)
    {
        steps.ForEach(s => Leave(s.Pod));
        steps.ForEach(s => Arrive(s.Pod, s.Source));
        Keep();
    }

    private void Leave(int pod)
    {
        var node = At[pod];
        best.Touch(pod);
        occupancy.Remove(pod, node);
        At[pod] = Nowhere;
        residents.Move(pod, node, Nowhere);
        worth[node] -= problem.Worth[pod];
        Cost -= CostOf(pod, node);
        Moved -= node == problem.Home[pod] ? 0 : 1;
        if (problem.Offered[node] && IsEmpty(node))
        {
            occupancy.SetActive(node, active: false);
            NewNodes--;
        }

        Room.Update(node, !IsEmpty(node));
    }

    private void Arrive(int pod, int node)
    {
        if (problem.Offered[node] && IsEmpty(node))
        {
            occupancy.SetActive(node, active: true);
            NewNodes++;
        }

        best.Touch(pod);
        occupancy.Place(pod, node);
        Cost += CostOf(pod, node);
        residents.Move(pod, Nowhere, node);
        worth[node] += problem.Worth[pod];
        At[pod] = node;
        Moved += node == problem.Home[pod] ? 0 : 1;
        Room.Update(node, isUsed: true);
    }
}
