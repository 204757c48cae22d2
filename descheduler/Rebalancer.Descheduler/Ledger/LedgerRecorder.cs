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
    /// <summary>The last price of each node that was written, by UID: only what changes is.</summary>
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
    {
        var nodes = observations.Where(o => o.Object is V1Node).Select(o => (Node: (V1Node)o.Object, o.At, o.Gone)).ToList();
        return
        [
            .. observations.Select(o => o.Object).OfType<RebalancePlan>().SelectMany<RebalancePlan, LedgerEntry>(p => [PlanReading.Of(p), .. EvictionReading.Of(p)]),
            .. observations.Where(o => o.Object is Migration).Select(o => MoveReading.Of((Migration)o.Object, Value((Migration)o.Object, policies, o.At))),
            .. nodes.Select(n => NodeReading.Of(n.Node, NodeMapping.ToModel(n.Node, []), n.At, n.Gone)),
            .. nodes.Count == 0 ? [] : Prices(nodes, policies),
        ];
    }

    /// <summary>Prices of all nodes that differ from what was written last.</summary>
    public IReadOnlyCollection<PriceEntry> Reprice(PolicyBook policies, DateTimeOffset now)
    {
        var changed = Changed(Priced(policies).OfAll(now));
        var there = cache.Nodes.List().Select(n => n.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
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

    private List<PriceEntry> Prices(IReadOnlyCollection<(V1Node Node, DateTimeOffset At, bool Gone)> nodes, PolicyBook policies)
    {
        var prices = Priced(policies);
        var come = nodes.Where(n => !n.Gone).ToDictionary(n => n.Node.Metadata.Uid, n => Exact.Instant(n.At), StringComparer.Ordinal);
        var ofCome = come.Count == 0 ? [] : prices.OfAll(default).Where(p => come.ContainsKey(p.NodeUid)).Select(p => p with { At = come[p.NodeUid] });
        return Changed([.. ofCome, .. prices.OfGone([.. nodes.Where(n => n.Gone).Select(n => (n.Node, n.At))])]);
    }

    private NodePrices Priced(PolicyBook policies) => new(cache.Nodes.List(), cache.Pods.List, policies);

    private List<PriceEntry> Changed(IEnumerable<PriceEntry> prices)
    {
        var changed = prices.Where(p => !known.TryGetValue(p.NodeUid, out var before) || !p.SaysAsMuchAs(before)).ToList();
        changed.ForEach(p => known[p.NodeUid] = p);
        return changed;
    }

    private MoveValue Value(Migration migration, PolicyBook policies, DateTimeOffset at)
    {
        var ofPlan = migration.PlanName is { } plan ? cache.Plans.Get(null, plan)?.Spec.PolicyName : null;
        var pod = Pod(migration);
        var (policyLabel, policy) = policies.ForPod(pod, ofPlan);
        var value = policy.ValueOf(pod);
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
