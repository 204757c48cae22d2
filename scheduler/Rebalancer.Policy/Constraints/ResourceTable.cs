using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Amounts in flat arrays, counted as kube-scheduler does: cpu in thousandths, everything else in whole units, both rounded up.</summary>
internal sealed class ResourceTable
{
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    public ResourceTable(IEnumerable<NodeInfo> nodes, IEnumerable<PodInfo> pods)
    {
        // cpu and memory first: they run out first, so that a check ends early.
        Add(ResourceSet.Cpu);
        Add(ResourceSet.Memory);
        foreach (var name in nodes.Select(n => n.Allocatable).Concat(pods.Select(p => p.Requests)).SelectMany(r => r.Amounts.Keys))
        {
            // Pods are counted by number.
            if (name != "pods")
            {
                Add(name);
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
            foreach (var (name, amount) in sets[i].Amounts)
            {
                if (columns.TryGetValue(name, out var column))
                {
                    rows[i * Count + column] = name == ResourceSet.Cpu ? amount.MilliUnits : amount.Units;
                }
            }
        }

        return rows;
    }

    public static Quantity Amount(int column, long value) => column == 0 ? Quantity.FromMilli(value) : Quantity.FromUnits(value);

    private void Add(string name)
    {
        if (columns.TryAdd(name, names.Count))
        {
            names.Add(name);
        }
    }
}
