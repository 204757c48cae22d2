using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Whether pods are replicas of each other as far as decisions go: same owner, labels, requests and placement. Compared by content, since every pod read from the
/// API has objects of its own; the example's dictionaries are laid out as arrays, because walking through one costs ten times as much as looking a name up.
/// </summary>
internal sealed class PodLikeness(PodInfo example)
{
    private readonly KeyValuePair<string, string>[] labels = [.. example.Labels];
    private readonly KeyValuePair<string, string>[] selector = [.. example.Placement.NodeSelector];
    private readonly KeyValuePair<string, Quantity>[] amounts = [.. example.Requests.Amounts];

    public bool Matches(PodInfo pod)
        => pod.Terminating == example.Terminating
            && pod.Priority == example.Priority
            && pod.Namespace == example.Namespace
            && (ReferenceEquals(pod.Owner, example.Owner) || pod.Owner == example.Owner)
            && SameRequests(pod.Requests.Amounts)
            && Same(labels, example.Labels, pod.Labels)
            && (ReferenceEquals(pod.Placement, example.Placement) || SamePlacement(example.Placement, pod.Placement));

    private static bool Same(KeyValuePair<string, string>[] known, ImmutableDictionary<string, string> own, ImmutableDictionary<string, string> other)
    {
        if (ReferenceEquals(own, other))
        {
            return true;
        }

        if (known.Length != other.Count)
        {
            return false;
        }

        foreach (var (key, value) in known)
        {
            if (!other.TryGetValue(key, out var found) || found != value) { return false; }
        }

        return true;
    }

    private bool SameRequests(ImmutableSortedDictionary<string, Quantity> other)
    {
        if (ReferenceEquals(example.Requests.Amounts, other))
        {
            return true;
        }

        if (amounts.Length != other.Count)
        {
            return false;
        }

        foreach (var (name, amount) in amounts)
        {
            if (!other.TryGetValue(name, out var found) || found != amount) { return false; }
        }

        return true;
    }

    private bool SamePlacement(Placement own, Placement other)
        => Same(selector, own.NodeSelector, other.NodeSelector)
            && Same(own.Tolerations, other.Tolerations, static (a, b) => a == b)
            && Same(own.NodeTerms, other.NodeTerms, Same)
            && Same(own.Affinity, other.Affinity, Same)
            && Same(own.AntiAffinity, other.AntiAffinity, Same)
            && Same(own.Spread, other.Spread, Same)
            && (ReferenceEquals(own.Preferences, other.Preferences)
                || (Same(own.Preferences.Nodes, other.Preferences.Nodes, static (a, b) => a.Weight == b.Weight && Same(a.Term, b.Term))
                    && Same(own.Preferences.Pods, other.Preferences.Pods, static (a, b) => a.Weight == b.Weight && Same(a.Term, b.Term))));

    private static bool Same(NodeTerm a, NodeTerm b) => Same(a.Labels, b.Labels, Same) && Same(a.Fields, b.Fields, Same);

    private static bool Same(PodTerm a, PodTerm b)
        => a.TopologyKey == b.TopologyKey && Same(a.Namespaces, b.Namespaces, static (x, y) => x == y) && Same(a.Selector, b.Selector);

    private static bool Same(SpreadConstraint a, SpreadConstraint b)
        => a.TopologyKey == b.TopologyKey && a.MaxSkew == b.MaxSkew && a.MinDomains == b.MinDomains && a.Required == b.Required
            && a.HonorAffinity == b.HonorAffinity && a.HonorTaints == b.HonorTaints && Same(a.Selector, b.Selector);

    private static bool Same(LabelSelector? a, LabelSelector? b)
        => ReferenceEquals(a, b) || (a is not null && b is not null && Same(a.Requirements, b.Requirements, Same));

    private static bool Same(Requirement a, Requirement b)
        => ReferenceEquals(a, b) || (a.Key == b.Key && a.Operator == b.Operator && Same(a.Values, b.Values, static (x, y) => x == y));

    private static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b, Func<T, T, bool> same)
    {
        if (a.IsDefaultOrEmpty || b.IsDefaultOrEmpty)
        {
            return a.IsDefaultOrEmpty && b.IsDefaultOrEmpty;
        }

        if (a.Length != b.Length)
        {
            return false;
        }

        for (var i = 0; i < a.Length; i++)
        {
            if (!same(a[i], b[i])) { return false; }
        }

        return true;
    }
}
