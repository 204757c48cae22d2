using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Who holds what of which node, kept up to date as pods are placed and removed. A pod may be counted on two nodes at once: it is, while it moves.
/// Not safe for several threads.
/// </summary>
public sealed class Occupancy
{
    private readonly ClusterIndex index;
    private readonly long[] free;
    private readonly int[] podCounts;
    private readonly DomainCounter[] counted;
    private readonly DomainCounter[] held;
    private readonly SpreadCounter[] spread;
    private readonly ActiveDomains[] spreadDomains;
    private readonly PortState ports;
    private readonly VolumeState volumes = new();

    /// <summary>With the pods where they are, and what running moves have reserved.</summary>
    /// <param name="exists">Nodes that are there; null for all. Others count as no domain until they are activated.</param>
    public Occupancy(ClusterIndex index, Func<int, bool>? exists = null)
    {
        this.index = index;
        free = [.. index.Allocatable];
        podCounts = new int[index.Nodes.Length];
        counted = index.TermTable.NewCounted();
        held = index.TermTable.NewHeld();
        spread = index.TermTable.NewSpread(out spreadDomains);
        ports = new PortState(index.Nodes.Length);
        for (var node = 0; node < index.Nodes.Length; node++)
        {
            if (exists?.Invoke(node) ?? true)
            {
                SetActive(node, active: true);
            }
        }

        for (var pod = 0; pod < index.PlacedPods; pod++)
        {
            if (index.NodeOf[pod] is >= 0 and var node) { Place(pod, node); }
        }

        foreach (var (pod, node) in index.Reservations)
        {
            if (index.NodeNumber(node) is >= 0 and var number) { Place(pod, number); }
        }
    }

    public long Free(int node, int resource) => free[node * index.ResourceCount + resource];

    /// <summary>By resource, in the order of the index's columns.</summary>
    internal ReadOnlySpan<long> Free(int node) => free.AsSpan(node * index.ResourceCount, index.ResourceCount);

    public int PodCount(int node) => podCounts[node];

    public void SetActive(int node, bool active)
    {
        foreach (var domains in spreadDomains)
        {
            domains.SetActive(node, active);
        }
    }

    public void Place(int pod, int node) => Change(pod, node, 1);

    public void Remove(int pod, int node) => Change(pod, node, -1);

    /// <summary>The first of kube-scheduler's filters that refuses the node, in its order. The pod counts where it is placed: remove it first to ask without it.</summary>
    public RejectionKind Check(int pod, int node)
    {
        if (index.NodeKind(pod, node) is var kind and not RejectionKind.None)
        {
            return kind;
        }

        var isPlain = index.IsPlain[pod];
        if (!isPlain && !ports.Fits(index.Pods[pod].HostPorts, node))
        {
            return RejectionKind.HostPort;
        }

        if (Room(pod, node) is var room and not RejectionKind.None)
        {
            return room;
        }

        if (!isPlain && Claims(pod, node) is var claims and not RejectionKind.None)
        {
            return claims;
        }

        return !SpreadAllows(pod, node) ? RejectionKind.TopologySpread
            : !AffinityAllows(pod, node) ? RejectionKind.PodAffinity
            : !AntiAffinityAllows(pod, node) ? RejectionKind.PodAntiAffinity
            : RejectionKind.None;
    }

    /// <summary>
    /// The same for a pod that moves while it counts at its source. One with claims has left there before its copy is made, as what only one node may have is free
    /// only then.
    /// </summary>
    public RejectionKind CheckCopy(int pod, int source, int node)
    {
        if (index.Pods[pod].Claims.IsEmpty || source < 0)
        {
            return Check(pod, node);
        }

        Remove(pod, source);
        var kind = Check(pod, node);
        Place(pod, source);
        return kind;
    }

    /// <summary>The values behind a rejection, for people.</summary>
    public string Explain(int pod, int node, RejectionKind kind) => new OccupancyText(index, this, counted, held, spread).Explain(pod, node, kind);

    /// <summary>
    /// False where a copy on the target would be refused while the pod itself still runs on the source: by anti-affinity to its own kind, or because both
    /// would count in the same domain of a topology spread. To be asked while the pod is removed.
    /// </summary>
    public bool CopyMayRunBeside(int pod, int source, int target)
    {
        var terms = index.TermTable.Terms[pod];
        foreach (var id in terms.AntiAffinityToSelf)
        {
            var counter = counted[id];
            if (counter.DomainOf(target) >= 0 && counter.DomainOf(source) == counter.DomainOf(target))
            {
                return false;
            }
        }

        foreach (var rule in terms.Spread)
        {
            var counter = spread[rule.Counter];
            if (counter.DomainOf(source) == counter.DomainOf(target) && counter.At(target) + 2 * rule.Self - counter.Least(rule.MinDomains) > rule.MaxSkew)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False where pods that stay require the pod near them and would have nobody else.</summary>
    public bool MayLeave(int pod, int node) => !index.TermTable.AnyNeeds || index.TermTable.NeededBy(pod).All(need => counted[need.Counted].At(node) != 1 || held[need.Held].At(node) <= need.Own);

    /// <summary>More pods like this one that the node may hold by the spread and the anti-affinity that they have among themselves.</summary>
    public int MostTogether(int pod, int node)
    {
        var terms = index.TermTable.Terms[pod];
        var most = terms.AntiAffinityToSelf.Length > 0 ? 1 : int.MaxValue;
        foreach (var rule in terms.Spread)
        {
            var counter = spread[rule.Counter];
            if (rule.Self > 0) { most = Math.Min(most, rule.MaxSkew + counter.Least(rule.MinDomains) - counter.At(node)); }
        }

        return Math.Max(0, most);
    }

    private RejectionKind Room(int pod, int node)
    {
        if (podCounts[node] >= index.PodLimits[node])
        {
            return RejectionKind.PodLimit;
        }

        var width = index.ResourceCount;
        var requests = index.Requests.AsSpan(pod * width, width);
        var available = free.AsSpan(node * width, width);
        for (var r = 0; r < requests.Length; r++)
        {
            if (requests[r] > 0 && requests[r] > available[r])
            {
                return RejectionKind.Resources;
            }
        }

        return RejectionKind.None;
    }

    private RejectionKind Claims(int pod, int node)
    {
        if (index.Pods[pod].Claims.IsEmpty)
        {
            return RejectionKind.None;
        }

        var uses = index.Volumes.Uses[pod];
        return VolumeTable.Check(uses, index.Nodes[node]) is var kind and not RejectionKind.None ? kind : volumes.Check(uses, node, index.Nodes[node]);
    }

    private bool SpreadAllows(int pod, int node)
    {
        foreach (var rule in index.TermTable.Terms[pod].Spread)
        {
            var counter = spread[rule.Counter];
            if (counter.DomainOf(node) < 0 || counter.At(node) + rule.Self - counter.Least(rule.MinDomains) > rule.MaxSkew)
            {
                return false;
            }
        }

        return true;
    }

    private bool AffinityAllows(int pod, int node)
    {
        var terms = index.TermTable.Terms[pod];
        var found = true;
        var anywhere = false;
        foreach (var id in terms.Affinity)
        {
            if (counted[id].DomainOf(node) < 0)
            {
                return false;
            }

            found &= counted[id].At(node) > 0;
            anywhere |= counted[id].Total > 0;
        }

        return found || (!anywhere && terms.AffinityMatchesSelf);
    }

    private bool AntiAffinityAllows(int pod, int node)
        => NoneAt(counted, index.TermTable.Terms[pod].AntiAffinity, node) && NoneAt(held, index.TermTable.Classes[pod].Opposing, node);

    private static bool NoneAt(DomainCounter[] counters, int[] ids, int node)
    {
        foreach (var id in ids)
        {
            if (counters[id].At(node) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Change(int pod, int node, int change)
    {
        var width = index.ResourceCount;
        for (var r = 0; r < width; r++)
        {
            free[node * width + r] -= change * index.Requests[pod * width + r];
        }

        podCounts[node] += change;
        foreach (var id in index.TermTable.Classes[pod].Counted)
        {
            counted[id].Add(node, change);
        }

        foreach (var id in index.TermTable.Classes[pod].Spread)
        {
            spread[id].Add(node, change);
        }

        foreach (var id in index.TermTable.Terms[pod].Held)
        {
            held[id].Add(node, change);
        }

        if (!index.IsPlain[pod]) { ChangeHeld(pod, node, change); }
    }

    private void ChangeHeld(int pod, int node, int change)
    {
        ports.Change(index.Pods[pod].HostPorts, node, change);
        if (index.Volumes.Uses[pod] is { IsEmpty: false } uses)
        {
            if (change > 0) { volumes.Place(uses, node); }
            else { volumes.Remove(uses, node); }
        }
    }
}
