using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Accounting;

/// <summary>Which plan each node that went or came belongs to: one, or none. Names are not enough, since the next node may have the same.</summary>
internal sealed class NodeFates
{
    private readonly PriceHistory prices;

    public NodeFates(LedgerBook book, PriceHistory prices)
    {
        this.prices = prices;
        Gone = Credit(book);
        Added = Charge(book);
    }

    /// <summary>Plan's UID: what it freed and is gone.</summary>
    public ILookup<string, NodeGone> Gone { get; }

    /// <summary>Plan's UID: what was added for it.</summary>
    public ILookup<string, NodeAdded> Added { get; }

    /// <summary>
    /// A node's end is credited to the plan that last began before it, of those that were made while this very node was there, free it, and whose horizon was
    /// not over yet.
    /// </summary>
    private ILookup<string, NodeGone> Credit(LedgerBook book)
    {
        var byName = book.Plans.Where(p => p.StartedAt is not null).SelectMany(p => p.FreedNodes.Where(n => !n.WasEmpty).Select(n => (n.Name, Plan: p)).Distinct()).ToLookup(p => p.Name, p => p.Plan, StringComparer.Ordinal);
        var machines = book.Nodes.ToLookup(n => n.Machine, StringComparer.Ordinal);
        return (from node in book.Nodes
                where node.GoneAt is not null
                let plan = byName[node.Name].Where(p => node.CreatedAt <= p.CreatedAt && p.StartedAt <= node.GoneAt && node.GoneAt < p.HorizonEnd)
                    .OrderByDescending(p => p.StartedAt).ThenBy(p => p.Uid, StringComparer.Ordinal).FirstOrDefault()
                where plan is not null && prices.At(node.Uid, node.GoneAt!.Value) is not null
                select (plan.Uid, Node: Savings(node, machines[node.Machine]))).ToLookup(c => c.Uid, c => c.Node, StringComparer.Ordinal);

        NodeGone Savings(NodeEntry node, IEnumerable<NodeEntry> sameMachine)
        {
            var at = node.GoneAt!.Value;
            var back = sameMachine.Where(n => n.Uid != node.Uid && n.CreatedAt > node.CreatedAt).Select(n => (DateTimeOffset?)n.CreatedAt).Min();
            return new NodeGone(node.Uid, node.Name, node.Machine, at, prices.At(node.Uid, at)!.SavedUsdPerHour, back < at ? at : back);
        }
    }

    /// <summary>
    /// A plan's new nodes are those that come between its making and its end, under their name, or as many of their instance type; the first plan takes first.
    /// </summary>
    private ILookup<string, NodeAdded> Charge(LedgerBook book)
    {
        var free = book.Nodes.ToList();
        var charged = new List<(string Uid, NodeAdded Node)>();
        foreach (var plan in book.Plans.Where(p => p.StartedAt is not null).OrderBy(p => p.StartedAt).ThenBy(p => p.Uid, StringComparer.Ordinal))
        {
            var window = new Period(plan.CreatedAt, NodeGone.Earliest(plan.CompletedAt?.AddSeconds(1) ?? DateTimeOffset.MaxValue, plan.HorizonEnd!.Value));
            foreach (var wanted in plan.NewNodes)
            {
                var came = free.Where(n => n.CreatedAt >= window.From && n.CreatedAt < window.To).ToList();
                var taken = came.FirstOrDefault(n => n.Name == wanted.Name) ?? came.FirstOrDefault(n => n.InstanceType.Length > 0 && n.InstanceType == wanted.InstanceType);
                if (taken is not null)
                {
                    free.Remove(taken);
                    charged.Add((plan.Uid, Costs(taken)));
                }
            }
        }

        return charged.ToLookup(c => c.Uid, c => c.Node, StringComparer.Ordinal);
    }

    private NodeAdded Costs(NodeEntry node)
    {
        var life = new Period(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        return new NodeAdded(node.Uid, node.Name, node.Machine, node.CreatedAt, node.GoneAt, [.. prices.Over(node.Uid, life).Select((p, i) => new NodeCost(i == 0 ? node.CreatedAt : p.Part.From, p.Price.SavedUsdPerHour))]);
    }
}
