using System.Collections.Immutable;
using System.Globalization;

namespace Rebalancer.Model;

/// <summary>Where a pod may run: its own constraints.</summary>
public sealed record Placement
{
    public static readonly Placement Anywhere = new();

    public ImmutableDictionary<string, string> NodeSelector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Required node affinity: one of the terms must match. Empty: none is asked for.</summary>
    public ImmutableArray<NodeTerm> NodeTerms { get; init; } = [];
    public ImmutableArray<Toleration> Tolerations { get; init; } = [];
    public ImmutableArray<PodTerm> Affinity { get; init; } = [];
    public ImmutableArray<PodTerm> AntiAffinity { get; init; } = [];
    public ImmutableArray<SpreadConstraint> Spread { get; init; } = [];
    public Preferences Preferences { get; init; } = Preferences.None;
}

/// <summary>All requirements must match. A term without any matches nothing, as in Kubernetes.</summary>
public sealed record NodeTerm(ImmutableArray<Requirement> Labels, ImmutableArray<Requirement> Fields)
{
    public bool Matches(NodeInfo node)
        => Labels.Length + Fields.Length > 0
            && Labels.All(r => r.Matches(node.Labels.GetValueOrDefault(r.Key)))
            && Fields.All(r => r.Key == "metadata.name" && r.Matches(node.Name));

    public override string ToString() => string.Join(" and ", Labels.Concat(Fields));
}

/// <summary>Operator is In, NotIn, Exists, DoesNotExist, Gt or Lt.</summary>
public sealed record Requirement(string Key, string Operator, ImmutableArray<string> Values)
{
    public bool Matches(string? value) => Operator switch
    {
        "In" => value is not null && Values.Contains(value),
        "NotIn" => value is null || !Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value) > 0,
        "Lt" => Compare(value) < 0,
        _ => false,
    };

    public override string ToString() => Values.IsDefaultOrEmpty ? $"{Key} {Operator}" : $"{Key} {Operator} [{string.Join(", ", Values)}]";

    /// <summary>Integers only; zero where one of them is none, which matches neither Gt nor Lt.</summary>
    private int Compare(string? value)
        => TryInteger(value, out var have) && Values.Length == 1 && TryInteger(Values[0], out var asked) ? have.CompareTo(asked) : 0;

    private static bool TryInteger(string? text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}

/// <summary>A selector over labels; without requirements it matches everything.</summary>
public sealed record LabelSelector(ImmutableArray<Requirement> Requirements)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels) => Requirements.All(r => r.Matches(labels.GetValueOrDefault(r.Key)));
}

/// <summary>Required affinity or anti-affinity to pods. An empty set of namespaces means all of them; a null selector matches no pod.</summary>
public sealed record PodTerm(LabelSelector? Selector, ImmutableArray<string> Namespaces, string TopologyKey)
{
    public bool Matches(PodInfo pod)
        => Selector is not null && (Namespaces.IsDefaultOrEmpty || Namespaces.Contains(pod.Namespace)) && Selector.Matches(pod.Labels);
}

/// <summary>Operator is Exists or Equal; an empty key with Exists tolerates everything, an empty effect every effect.</summary>
public sealed record Toleration(string Key, string Operator, string Value, string Effect)
{
    public bool Tolerates(Taint taint)
        => (Effect.Length == 0 || Effect == taint.Effect)
            && (Key.Length == 0 ? Operator == "Exists" : Key == taint.Key)
            && (Operator == "Exists" || (Operator is "Equal" or "" && Value == taint.Value));
}
