using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Many selectors, of which few can match a pod: found by a label that they ask for exactly, so that a large cluster's pods are not held against all of them.</summary>
public sealed class SelectorIndex
{
    private readonly Dictionary<(string Key, string Value), List<int>> exact = [];
    private readonly List<int> others = [];

    /// <summary>A null selector matches no pod and is found for none.</summary>
    public void Add(int id, LabelSelector? selector)
    {
        if (selector is null)
        {
            return;
        }

        if (selector.Requirements.FirstOrDefault(r => r is { Operator: "In", Values.Length: 1 }) is { } asked)
        {
            if (!exact.TryGetValue((asked.Key, asked.Values[0]), out var list))
            {
                list = exact[(asked.Key, asked.Values[0])] = [];
            }

            list.Add(id);
        }
        else
        {
            others.Add(id);
        }
    }

    /// <summary>Selectors that may match these labels, in the order of their numbers; whether they do is still to be asked.</summary>
    public IReadOnlyList<int> Candidates(IReadOnlyDictionary<string, string> labels)
    {
        var found = new List<int>(others);
        foreach (var (key, value) in labels)
        {
            if (exact.TryGetValue((key, value), out var list))
            {
                found.AddRange(list);
            }
        }

        found.Sort();
        return found;
    }
}
