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
    private readonly List<int>[] residents;
    private readonly List<(int Pod, int From)> log = [];

    public PlacementState(PlacementProblem problem)
    {
        this.problem = problem;
        occupancy = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
        At = [.. problem.Home];
        residents = [.. Enumerable.Range(0, problem.Index.Nodes.Length).Select(_ => new List<int>())];
        for (var pod = 0; pod < At.Length; pod++)
        {
            if (At[pod] >= 0)
            {
                Cost += Enter(pod, At[pod]);
            }
        }
    }

    /// <summary>By pod; -1 while it is taken out.</summary>
    public int[] At { get; }

    /// <summary>Millionths of a dollar, over the hours that count.</summary>
    public long Cost { get; private set; }

    public int Moved { get; private set; }

    public int NewNodes { get; private set; }

    public int Mark => log.Count;

    /// <summary>Pods that keep the node.</summary>
    public IReadOnlyList<int> Residents(int node) => residents[node];

    public bool IsEmpty(int node) => residents[node].Count == 0;

    public long FreeCpu(int node) => occupancy.Free(node, 0);

    public long Free(int node, int resource) => occupancy.Free(node, resource);

    public bool MayLeave(int pod) => occupancy.MayLeave(pod, At[pod]);

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
    public long CostOf(int pod, int node)
        => (IsEmpty(node) ? problem.NodeMicros[node] : 0) + problem.PlacementMicros(pod, node) + (node == problem.Home[pod] ? 0 : problem.MoveMicros[pod]);

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

    private void Leave(int pod)
    {
        var node = At[pod];
        occupancy.Remove(pod, node);
        At[pod] = Nowhere;
        residents[node].Remove(pod);
        Cost -= CostOf(pod, node);
        Moved -= node == problem.Home[pod] ? 0 : 1;
        if (problem.Offered[node] && IsEmpty(node))
        {
            occupancy.SetActive(node, active: false);
            NewNodes--;
        }
    }

    private void Arrive(int pod, int node)
    {
        if (problem.Offered[node] && IsEmpty(node))
        {
            occupancy.SetActive(node, active: true);
            NewNodes++;
        }

        occupancy.Place(pod, node);
        Cost += Enter(pod, node);
        At[pod] = node;
        Moved += node == problem.Home[pod] ? 0 : 1;
    }

    /// <summary>Daemons keep no node and cost nothing.</summary>
    private long Enter(int pod, int node)
    {
        if (problem.GoesWithNode(pod))
        {
            return 0;
        }

        var cost = CostOf(pod, node);
        residents[node].Add(pod);
        return cost;
    }
}
