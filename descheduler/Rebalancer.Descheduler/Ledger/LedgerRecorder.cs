using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Reading;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>
/// Turns what was observed into entries. It looks at the cluster as it is now for what objects do not say themselves: what a node costs, and what a pod is
/// worth.
/// </summary>
internal sealed class LedgerRecorder(ClusterCache cache)
{
    /// <summary>Of the nodes that are there, by UID: only what changes is written.</summary>
    private readonly Dictionary<string, PriceEntry> known = new(StringComparer.Ordinal);

    /// <summary>What is in the ledger already, so that a restart repeats no price.</summary>
    public void Remember(LedgerBook book)
    {
        foreach (var price in book.Prices)
        {
            known[price.NodeUid] = price;
        }
    }

    /// <summary>Nodes that the ledger has as being there, and that are not.</summary>
    public IEnumerable<NodeEntry> Vanished(LedgerBook book, DateTimeOffset now)
    {
        var there = cache.Nodes.List().Select(n => n.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        return book.Nodes.Where(n => n.GoneAt is null && !there.Contains(n.Uid)).Select(n => n with { GoneAt = Exact.Instant(now) });
    }

    public IEnumerable<LedgerEntry> Entries(IReadOnlyCollection<Observation> observations, PolicyBook policies)
        => observations.SelectMany(o => o.Object switch
        {
            RebalancePlan plan => [PlanReading.Of(plan)],
            Migration migration => [MoveReading.Of(migration, Value(migration, policies, o.At))],
            V1Node node => Node(node, o, policies),
            _ => Array.Empty<LedgerEntry>(),
        });

    /// <summary>Prices of all nodes that differ from what was written last.</summary>
    public IReadOnlyCollection<PriceEntry> Reprice(PolicyBook policies, DateTimeOffset now)
    {
        var nodes = cache.Nodes.List();
        var changed = Changed(NodePrices.Of(nodes, cache.Pods.List, policies, now));
        var there = nodes.Select(n => n.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in known.Keys.Where(uid => !there.Contains(uid)).ToList())
        {
            known.Remove(gone);
        }

        return changed;
    }

    /// <summary>What was not written after all is to be written again.</summary>
    public void Forget(IEnumerable<LedgerEntry> entries)
    {
        foreach (var price in entries.OfType<PriceEntry>())
        {
            known.Remove(price.NodeUid);
        }
    }

    /// <summary>A node that goes is priced once more, beside those that are left: whether a commitment pays for it is decided by how many there were.</summary>
    private IEnumerable<LedgerEntry> Node(V1Node node, Observation observation, PolicyBook policies)
    {
        var others = cache.Nodes.List().Where(n => n.Metadata.Uid != node.Metadata.Uid && n.Metadata.Name != node.Metadata.Name);
        var prices = policies.Commitments.IsEmpty ? NodePrices.Of([node], () => [], policies, observation.At) : NodePrices.Of([.. others, node], cache.Pods.List, policies, observation.At);
        return [NodeReading.Of(node, NodeMapping.ToModel(node, []), observation.At, observation.Gone), .. Changed(prices.Where(p => p.NodeUid == node.Metadata.Uid))];
    }

    private List<PriceEntry> Changed(IEnumerable<PriceEntry> prices)
    {
        var changed = prices.Where(p => !known.TryGetValue(p.NodeUid, out var before) || !p.SaysAsMuchAs(before)).ToList();
        changed.ForEach(p => known[p.NodeUid] = p);
        return changed;
    }

    private MoveValue Value(Migration migration, PolicyBook policies, DateTimeOffset at)
    {
        var planName = migration.Metadata.Labels?.TryGetValue(Names.PlanLabel, out var label) == true ? label : null;
        var ofPlan = planName is null ? null : cache.Plans.Get(null, planName)?.Spec.PolicyName;
        var (policyLabel, policy) = policies.ForPod(Pod(migration), ofPlan);
        var value = policy.ValueOf(Pod(migration));
        return new MoveValue(Exact.Instant(at), Exact.Usd(value.UsdPerFrozenSecond), Exact.Usd(value.UsdPerRestart), Exact.Usd(policy.UsdPerGbMoved), policyLabel);
    }

    /// <summary>The pod, or the one that has taken its place; where neither is there any more, one of no priority.</summary>
    private PodInfo Pod(Migration migration)
    {
        var ns = migration.Metadata.NamespaceProperty ?? "";
        var pod = cache.Pods.Get(ns, migration.Spec.PodName) ?? (migration.Status.Claim?.PodName is { } copy ? cache.Pods.Get(ns, copy) : null);
        return pod is null ? new PodInfo { Namespace = ns, Name = migration.Spec.PodName } : PodMapping.ToModel(pod, []);
    }
}
