using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>Nodes of one kind that are not there: the one that has been away longest comes next.</summary>
internal sealed class SpareNodes(NodeKind kind, int count)
{
    private readonly List<NodeInfo> all = [.. Enumerable.Range(1, count).Select(kind.Make)];
    private Queue<NodeInfo>? away;

    public IReadOnlyList<NodeInfo> All => all;

    public bool IsEmpty => Away.Count == 0;

    private Queue<NodeInfo> Away => away ??= new Queue<NodeInfo>(all);

    public NodeInfo Peek() => Away.Peek();

    public void Take() => Away.Dequeue();

    public bool Owns(string node) => node.StartsWith(kind.Name + "-", StringComparison.Ordinal) && all.Exists(n => n.Name == node);

    public void GiveBack(string node) => Away.Enqueue(all.First(n => n.Name == node));

    /// <summary>As many again.</summary>
    public void Grow()
    {
        foreach (var more in Enumerable.Range(all.Count + 1, all.Count).Select(kind.Make).ToList())
        {
            all.Add(more);
            Away.Enqueue(more);
        }
    }
}
