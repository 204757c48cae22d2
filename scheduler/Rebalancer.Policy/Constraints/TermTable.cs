using System.Text;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// All affinity, anti-affinity and spread of a cluster's pods, each kind worked out once: which counter it looks at, and which pods count there. Several
/// affinity terms of a pod count only pods that match all of them, as in kube-scheduler.
/// </summary>
internal sealed class TermTable
{
    private readonly TopologyTable topology;
    private readonly IReadOnlyList<NodeInfo> nodes;
    private readonly Dictionary<string, int> counterIds = new(StringComparer.Ordinal);
    private readonly List<Selection> counted = [];
    private readonly List<Selection> held = [];
    private readonly List<Selection> spread = [];
    private readonly Dictionary<string, TopologyTable.Domains> eligible = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LabelClass> classes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> holderOf = [];
    private readonly SelectorIndex[] indexes;
    private readonly SortedSet<string> labelsAskedFor = new(StringComparer.Ordinal);

    public TermTable(IReadOnlyList<NodeInfo> nodes, PodTable pods)
    {
        this.nodes = nodes;
        topology = new TopologyTable(nodes);
        Terms = pods.PerPod(Compile);
        foreach (var term in counted.Concat(held).Concat(spread).SelectMany(s => s.Terms))
        {
            labelsAskedFor.UnionWith((term.Selector?.Requirements ?? []).Select(r => r.Key));
        }

        indexes = [.. new[] { counted, spread, held }.Select(IndexOf)];
        Classes = pods.PerPod(Classify);
    }

    public PodTerms[] Terms { get; }

    public LabelClass[] Classes { get; }

    /// <summary>Some pod requires others near it.</summary>
    public bool AnyNeeds => holderOf.Count > 0;

    /// <summary>Required affinity that counts this pod.</summary>
    public IEnumerable<Need> NeededBy(int pod)
        => !AnyNeeds
            ? []
            : Classes[pod].Counted.Where(holderOf.ContainsKey).Select(id => new Need(id, holderOf[id], Terms[pod].Held.Count(h => h == holderOf[id])));

    public DomainCounter[] NewCounted() => [.. counted.Select(s => new DomainCounter(s.Domains))];

    public DomainCounter[] NewHeld() => [.. held.Select(s => new DomainCounter(s.Domains))];

    /// <param name="active">Receives the state of the domains that the counters share.</param>
    public SpreadCounter[] NewSpread(out ActiveDomains[] active)
    {
        var shared = new Dictionary<TopologyTable.Domains, ActiveDomains>(ReferenceEqualityComparer.Instance);
        SpreadCounter[] counters = [.. spread.Select(s => new SpreadCounter(shared.TryGetValue(s.Domains, out var known) ? known : shared[s.Domains] = new ActiveDomains(s.Domains)))];
        active = [.. shared.Values];
        return counters;
    }

    public string Describe(int countedId) => $"{string.Join(" and ", counted[countedId].Terms.Select(Describe))} in its {counted[countedId].Key}";

    public string DescribeHeld(int heldId) => $"{string.Join(" and ", held[heldId].Terms.Select(Describe))} in its {held[heldId].Key}";

    public string DescribeSpread(int spreadId) => $"{Describe(spread[spreadId].Terms[0])} over {spread[spreadId].Key}";

    private PodTerms Compile(PodInfo pod)
    {
        var placement = pod.Placement;
        if (placement.Affinity.IsEmpty && placement.AntiAffinity.IsEmpty && !placement.Spread.Any(s => s.Required))
        {
            return PodTerms.None;
        }

        var anti = placement.AntiAffinity.Select(t => Id(counted, "c", [t], t.TopologyKey)).ToArray();
        var affinity = placement.Affinity.Select(t => t.TopologyKey).Distinct().Select(key => Id(counted, "c", [.. placement.Affinity], key)).ToArray();
        return new PodTerms
        {
            AntiAffinity = anti,
            AntiAffinityToSelf = [.. placement.AntiAffinity.Zip(anti).Where(t => t.First.Matches(pod)).Select(t => t.Second)],
            Affinity = affinity,
            AffinityMatchesSelf = placement.Affinity.All(t => t.Matches(pod)),
            Held = [.. placement.AntiAffinity.Select(t => Id(held, "h", [t], t.TopologyKey)), .. affinity.Select(Holder)],
            Spread = [.. placement.Spread.Where(s => s.Required).Select(s => Compile(s, pod))],
        };
    }

    /// <summary>The counter of those that hold an affinity which looks at this counter.</summary>
    private int Holder(int countedId)
    {
        if (!holderOf.TryGetValue(countedId, out var id))
        {
            id = held.Count;
            held.Add(counted[countedId] with { IsAsked = false });
            holderOf[countedId] = id;
        }

        return id;
    }

    private SpreadRule Compile(SpreadConstraint rule, PodInfo pod)
    {
        var term = new PodTerm(rule.Selector, [pod.Namespace], rule.TopologyKey);
        var (scope, domains) = Eligible(rule, pod.Placement);
        return new SpreadRule(Id(spread, "s" + scope, [term], rule.TopologyKey, domains), rule.MaxSkew, rule.MinDomains, term.Matches(pod) ? 1 : 0);
    }

    /// <summary>Nodes that count have every key of the pod's constraints and pass what the constraint honours.</summary>
    private (string Scope, TopologyTable.Domains Domains) Eligible(SpreadConstraint rule, Placement placement)
    {
        var keys = placement.Spread.Where(s => s.Required).Select(s => s.TopologyKey).Distinct().Order(StringComparer.Ordinal).ToList();
        var scope = string.Join('\u0003', keys)
            + "\u0004" + (rule.HonorAffinity ? ConstraintKeys.Affinity(placement) : "")
            + "\u0004" + (rule.HonorTaints ? ConstraintKeys.Tolerations(placement) + "T" : "");
        var name = rule.TopologyKey + "\u0004" + scope;
        if (!eligible.TryGetValue(name, out var domains))
        {
            domains = topology.Of(rule.TopologyKey, n => keys.TrueForAll(nodes[n].Labels.ContainsKey)
                && (!rule.HonorAffinity || NodeRules.MatchesAffinity(placement, nodes[n]))
                && (!rule.HonorTaints || NodeRules.ToleratesTaints(placement, nodes[n])));
            eligible[name] = domains;
        }

        return (scope, domains);
    }

    private int Id(List<Selection> list, string kind, PodTerm[] terms, string key, TopologyTable.Domains? domains = null)
    {
        var name = $"{kind}\u0005{key}\u0005{ConstraintKeys.Of(terms)}";
        if (!counterIds.TryGetValue(name, out var id))
        {
            id = list.Count;
            list.Add(new Selection(terms, key, domains ?? topology.Of(key)));
            counterIds[name] = id;
        }

        return id;
    }

    /// <summary>Pods that agree in all labels that anybody asks for are seen alike. Spread does not count pods that are being deleted.</summary>
    private LabelClass Classify(PodInfo pod)
    {
        if (counterIds.Count == 0)
        {
            return LabelClass.Unseen;
        }

        var text = new StringBuilder(pod.Namespace).Append(pod.Terminating ? "\u0001-" : "\u0001+");
        foreach (var label in labelsAskedFor)
        {
            text.Append('\u0001').Append(pod.Labels.GetValueOrDefault(label, "\u0002"));
        }

        var name = text.ToString();
        if (!classes.TryGetValue(name, out var found))
        {
            found = new LabelClass(
                Matching(counted, indexes[0], pod), pod.Terminating ? [] : Matching(spread, indexes[1], pod), Matching(held, indexes[2], pod));
            classes[name] = found;
        }

        return found;
    }

    private static int[] Matching(List<Selection> list, SelectorIndex index, PodInfo pod)
        => [.. index.Candidates(pod.Labels).Where(i => Array.TrueForAll(list[i].Terms, t => t.Matches(pod)))];

    private static SelectorIndex IndexOf(List<Selection> list)
    {
        var index = new SelectorIndex();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].IsAsked)
            {
                index.Add(i, list[i].Terms[0].Selector);
            }
        }

        return index;
    }

    private static string Describe(PodTerm term)
        => term.Selector is null ? "no pod" : $"pods with {(term.Selector.Requirements.IsEmpty ? "any labels" : string.Join(", ", term.Selector.Requirements))}";

    /// <param name="IsAsked">Pods are looked up by it; holders of affinity forbid nobody anything, so nobody asks.</param>
    private sealed record Selection(PodTerm[] Terms, string Key, TopologyTable.Domains Domains, bool IsAsked = true);
}
