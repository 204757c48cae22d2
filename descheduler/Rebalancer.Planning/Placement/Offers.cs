using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Nodes that could be had: a node that is there, with another machine type. Labels, taints, zone and way of paying are those of the node it is modelled on,
/// so that what starts it (a node pool) starts just such nodes; room for that node's daemons is taken off.
/// </summary>
internal static class Offers
{
    private const string InstanceTypeLabel = "node.kubernetes.io/instance-type";
    private const string HostnameLabel = "kubernetes.io/hostname";
    private const string PlannedAgent = "planned";
    private const char NumberMark = '#';
    private const string ModelMark = "-like-";

    /// <summary>Above so many, offers are limited to those that may be of use.</summary>
    private const int LargeOffer = 2000;

    /// <returns>Nodes that others may be modelled on, by pool; empty where there is nothing on offer.</returns>
    public static List<NodeInfo[]> Models(ClusterSnapshot snapshot, PlanPolicy policy)
        => policy.OfferedTypes.IsEmpty || policy.Limits.NewNodes == 0 ? []
            : [.. snapshot.Nodes.Where(n => policy.Nodes.Matches(n) && n.KeepMark is null && !n.Doomed && n.AgentEndpoint is not null)
                .OrderBy(n => n.Name, StringComparer.Ordinal).GroupBy(PoolOf, StringComparer.Ordinal).Select(g => g.ToArray())];

    /// <param name="members">See <see cref="Models"/>.</param>
    public static ImmutableArray<NodeInfo> Of(ClusterSnapshot snapshot, List<NodeInfo[]> members, PodTable pods, PlanPolicy policy)
    {
        if (members.Count == 0)
        {
            return [];
        }

        var demand = new PoolDemand(members, pods);
        var pools = members.Select((nodes, i) => new OfferPool(nodes, policy, demand.Shapes[i])).ToList();
        var taken = snapshot.Nodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var isLimited = pools.Sum(p => p.Types.Length) * (long)policy.Limits.NewNodes > LargeOffer;
        return
        [
            .. from pool in pools.Select((p, i) => (Offers: p, Daemons: demand.ModelDaemons[i]))
               let counts = isLimited ? pool.Offers.Counts() : Array.ConvertAll(pool.Offers.Types, _ => policy.Limits.NewNodes)
               from kind in pool.Offers.Types.Zip(counts)
               let first = Make(pool.Offers.Model, kind.First, pool.Daemons)
               from number in Enumerable.Range(1, kind.Second)
               let name = NameOf(kind.First, pool.Offers.Model, number)
               where !taken.Contains(name)
               select first with { Name = name, Labels = first.Labels.SetItem(HostnameLabel, name) },
        ];
    }

    /// <summary>The node as it was offered.</summary>
    public static NodeInfo Made(ClusterSnapshot snapshot, NewNode node)
    {
        var daemons = snapshot.Pods.Where(p => p.NodeName == node.Like && !p.Finished && PoolDemand.IsDaemon(p)).ToList();
        var made = Make(snapshot.Node(node.Like)!, Ec2Catalogue.Instance.Types[node.InstanceType], daemons);
        return made with { Name = node.Name, Labels = made.Labels.SetItem(HostnameLabel, node.Name) };
    }

    /// <summary>Offers that differ in nothing but their number have the same kind.</summary>
    public static string KindOf(string name) => name[..name.LastIndexOf(NumberMark)];

    /// <summary>The node whose labels, taints and zone an offer has.</summary>
    public static string ModelOf(string name) => KindOf(name)[(name.IndexOf(ModelMark, StringComparison.Ordinal) + ModelMark.Length)..];

    /// <summary>Everything that a node pool decides; taken as text, since nodes have no pool in Kubernetes itself.</summary>
    private static string PoolOf(NodeInfo node)
        => string.Join('\u0001', node.Labels.Where(l => l.Key is not (InstanceTypeLabel or HostnameLabel)).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Key + "=" + l.Value))
            + string.Join('\u0001', node.Taints);

    private static string NameOf(InstanceType type, NodeInfo model, int number) => $"new-{type.Name}{ModelMark}{model.Name}{NumberMark}{number}";

    /// <summary>What all offers of a kind have in common.</summary>
    public static NodeInfo Make(NodeInfo model, InstanceType type, List<PodInfo> daemons)
        => model with
        {
            Labels = model.Labels.SetItem(InstanceTypeLabel, type.Name),
            Machine = model.Machine with { InstanceType = type.Name, CpuFeatures = [] },
            Allocatable = daemons.Aggregate(type.Allocatable, (left, d) => left - d.Requests),
            PodLimit = type.MaxPods - daemons.Count,
            CostText = null,
            HazardText = null,
            AgentEndpoint = PlannedAgent,
        };
}
