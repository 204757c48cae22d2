namespace Rebalancer.Policy.Constraints;

/// <summary>What a pod asks of its neighbours, as numbers of counters (see <see cref="TermTable"/>).</summary>
internal sealed record PodTerms
{
    public static readonly PodTerms None = new();

    /// <summary>No pod may be counted in the node's domain.</summary>
    public int[] AntiAffinity { get; init; } = [];

    /// <summary>A pod must be counted in the node's domain, of each.</summary>
    public int[] Affinity { get; init; } = [];

    /// <summary>The pod matches its own affinity: it may be the first of its kind.</summary>
    public bool AffinityMatchesSelf { get; init; }
    public SpreadRule[] Spread { get; init; } = [];

    /// <summary>Counters of those that hold a term, affinity as well as anti-affinity, to which this pod adds.</summary>
    public int[] Held { get; init; } = [];

    /// <summary>The pod's own anti-affinity matches itself, by these counters: a copy of it in the same domain would be refused while the pod still runs there.</summary>
    public int[] AntiAffinityToSelf { get; init; } = [];
}

/// <param name="Self">1 if the selector matches the pod itself, else 0.</param>
internal readonly record struct SpreadRule(int Counter, int MaxSkew, int MinDomains, int Self);

/// <summary>Affinity that somebody has to pods like this one: who is counted, who holds it, and how many of the holders are the pod itself.</summary>
internal readonly record struct Need(int Counted, int Held, int Own);

/// <summary>How others see a pod by its labels.</summary>
/// <param name="Counted">Counters of affinity and anti-affinity that count it.</param>
/// <param name="Spread">Counters of topology spread that count it.</param>
/// <param name="Opposing">Counters of those that hold anti-affinity to it.</param>
internal sealed record LabelClass(int[] Counted, int[] Spread, int[] Opposing)
{
    public static readonly LabelClass Unseen = new([], [], []);
}
