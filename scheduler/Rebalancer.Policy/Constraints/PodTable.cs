using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// A snapshot's pods as numbers, in the order of namespace, owner and name, so that the order of the input changes nothing. Replicas share a template: what
/// follows from labels, requests and placement is worked out once for all of them. Finished pods hold nothing and are left out.
/// </summary>
public sealed class PodTable
{
    /// <summary>Templates of an owner that a pod is compared with; a pod that is like none of the last ones gets its own.</summary>
    private const int MaxCompared = 4;

    private const int PodsPerPart = 8192;

    private readonly Lazy<Dictionary<(string Uid, string FullName), int>> numbers;
    private readonly List<PodInfo> examples = [];
    private readonly int[] templateOf;

    /// <param name="others">Pods to ask about. Those that the snapshot lacks hold nothing; of those that it has, this is how they are seen.</param>
    public PodTable(ClusterSnapshot snapshot, IEnumerable<PodInfo>? others = null)
    {
        var pods = InOrder(snapshot.Pods);
        PlacedPods = pods.Count;
        numbers = new Lazy<Dictionary<(string Uid, string FullName), int>>(() => Numbered(pods));
        Reservations = [.. snapshot.Reservations.Select(r => new KeyValuePair<int, string>(NumberOf(r.Pod, pods), r.Node))];
        foreach (var other in others ?? [])
        {
            pods[NumberOf(other, pods)] = other;
        }

        Pods = [.. pods];
        templateOf = Templates();
        Examples = [.. examples];
    }

    public ImmutableArray<PodInfo> Pods { get; }

    /// <summary>By template: one of its pods, which stands for all.</summary>
    public ImmutableArray<PodInfo> Examples { get; }

    /// <summary>By pod.</summary>
    public IReadOnlyList<int> TemplateOf => templateOf;

    /// <summary>Pods from here on were only asked about; they hold no node.</summary>
    internal int PlacedPods { get; }

    internal ImmutableArray<KeyValuePair<int, string>> Reservations { get; }

    internal int NumberOf(PodInfo pod) => numbers.Value[(pod.Uid, pod.FullName)];

    /// <summary>By pod, from what was worked out for each template.</summary>
    public T[] PerPod<T>(Func<PodInfo, T> ofExample)
    {
        var values = new T[Examples.Length];
        for (var template = 0; template < values.Length; template++) { values[template] = ofExample(Examples[template]); }
        return PerPod(values);
    }

    internal T[] PerPod<T>(T[] ofTemplate) => Array.ConvertAll(templateOf, t => ofTemplate[t]);

    private static Dictionary<(string Uid, string FullName), int> Numbered(List<PodInfo> pods)
    {
        var numbers = new Dictionary<(string Uid, string FullName), int>(pods.Count);
        for (var i = 0; i < pods.Count; i++)
        {
            numbers.TryAdd((pods[i].Uid, pods[i].FullName), i);
        }

        return numbers;
    }

    /// <summary>By owner first: sorting many short lists takes a third of the time of sorting one.</summary>
    private static List<PodInfo> InOrder(ImmutableArray<PodInfo> all)
    {
        var owners = new Dictionary<(string Namespace, string Name, string Uid), List<PodInfo>>();
        foreach (var pod in all)
        {
            if (!pod.Finished)
            {
                var key = (pod.Namespace, pod.Owner?.Name ?? "", pod.Owner?.Uid ?? "");
                (owners.TryGetValue(key, out var list) ? list : owners[key] = []).Add(pod);
            }
        }

        Parallel.ForEach(owners.Values, static pods => pods.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is not 0 and var byName ? byName : string.CompareOrdinal(a.Uid, b.Uid)));
        var ordered = new List<PodInfo>(all.Length);
        foreach (var (_, pods) in owners.OrderBy(o => o.Key.Namespace, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal).ThenBy(o => o.Key.Uid, StringComparer.Ordinal))
        {
            ordered.AddRange(pods);
        }

        return ordered;
    }

    /// <summary>Part by part at the same time: no owner has pods in two of them.</summary>
    private int[] Templates()
    {
        var ofPod = new int[Pods.Length];
        var starts = PartStarts();
        var ofPart = new List<PodInfo>[starts.Count - 1];
        Parallel.For(0, ofPart.Length, part => ofPart[part] = Templates(starts[part], starts[part + 1], ofPod));
        for (var part = 0; part < ofPart.Length; part++)
        {
            for (var i = starts[part]; i < starts[part + 1]; i++) { ofPod[i] += examples.Count; }
            examples.AddRange(ofPart[part]);
        }

        return ofPod;
    }

    /// <summary>Where parts begin, and the end.</summary>
    private List<int> PartStarts()
    {
        List<int> starts = [0];
        for (var i = PodsPerPart; i < Pods.Length; i++)
        {
            if (i - starts[^1] >= PodsPerPart && IsOfAnotherOwner(i)) { starts.Add(i); }
        }

        starts.Add(Pods.Length);
        return starts;
    }

    private bool IsOfAnotherOwner(int pod) => !(ReferenceEquals(Pods[pod].Owner, Pods[pod - 1].Owner) || Pods[pod].Owner == Pods[pod - 1].Owner);

    /// <returns>The part's templates; its pods have their numbers, from 0 up.</returns>
    private List<PodInfo> Templates(int from, int to, int[] ofPod)
    {
        var found = new List<PodInfo>();
        var known = new PodLikeness[MaxCompared];
        var first = 0;
        for (var i = from; i < to; i++)
        {
            var pod = Pods[i];
            if (i > from && IsOfAnotherOwner(i)) { first = found.Count; }
            var template = found.Count - 1;
            while (template >= Math.Max(first, found.Count - MaxCompared) && !known[template % MaxCompared].Matches(pod))
            {
                template--;
            }

            if (template < Math.Max(first, found.Count - MaxCompared))
            {
                template = found.Count;
                known[template % MaxCompared] = new PodLikeness(pod);
                found.Add(pod);
            }

            ofPod[i] = template;
        }

        return found;
    }

    private int NumberOf(PodInfo pod, List<PodInfo> pods)
    {
        var key = (pod.Uid, pod.FullName);
        if (!numbers.Value.TryGetValue(key, out var number))
        {
            number = pods.Count;
            pods.Add(pod);
            numbers.Value[key] = number;
        }

        return number;
    }
}
