using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Amounts in flat arrays, counted as kube-scheduler does: cpu in thousandths, everything else in whole units, both rounded up.</summary>
internal sealed class ResourceTable
{
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    /// <summary>cpu and memory first: they run out first, so that a check ends early.</summary>
    public ResourceTable(IEnumerable<string>? names = null)
    {
        foreach (var name in (names ?? []).Prepend(ResourceSet.Memory).Prepend(ResourceSet.Cpu))
        {
            Add(name);
        }
    }

    public ResourceTable(IEnumerable<NodeInfo> nodes, IEnumerable<PodInfo> pods)
        : this()
    {
        foreach (var set in nodes.Select(n => n.Allocatable).Concat(pods.Select(p => p.Requests)))
        {
            // Walking through an immutable dictionary takes ten times as long as looking its few names up.
            if (set.Amounts.Count > Known(set))
            {
                foreach (var name in set.Amounts.Keys) { Add(name); }
            }
        }
    }

    public int Count => names.Count;

    public IReadOnlyList<string> Names => names;

    /// <summary>One row of <see cref="Count"/> amounts for each set.</summary>
    public long[] Rows(IReadOnlyList<ResourceSet> sets)
    {
        var rows = new long[sets.Count * Count];
        for (var i = 0; i < sets.Count; i++)
        {
            for (var column = 0; column < Count; column++)
            {
                if (sets[i].Amounts.TryGetValue(names[column], out var amount))
                {
                    rows[i * Count + column] = Value(names[column], amount);
                }
            }
        }

        return rows;
    }

    /// <summary>One row, after columns for resources that were unknown so far have been added.</summary>
    public long[] GrownRow(ResourceSet set)
    {
        foreach (var name in set.Amounts.Keys)
        {
            Add(name);
        }

        return Rows([set]);
    }

    public static Quantity Amount(int column, long value) => column == 0 ? Quantity.FromMilli(value) : Quantity.FromUnits(value);

    private int Known(ResourceSet set)
    {
        var known = 0;
        foreach (var name in names) { known += set.Amounts.ContainsKey(name) ? 1 : 0; }
        return known;
    }

    private static long Value(string name, Quantity amount) => name == ResourceSet.Cpu ? amount.MilliUnits : amount.Units;

    /// <summary>Pods are counted by number, and so are no column.</summary>
    private void Add(string name)
    {
        if (name != "pods" && columns.TryAdd(name, names.Count))
        {
            names.Add(name);
        }
    }
}
