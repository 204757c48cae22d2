using System.Text.Json;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Selectors;

/// <summary>Requirements on labels, all of which must hold. Without requirements it matches everything.</summary>
internal sealed record LabelSelector(IReadOnlyList<Requirement> Requirements)
{
    public static LabelSelector Everything { get; } = new([]);

    public bool IsEmpty => Requirements.Count == 0;

    public bool Matches(JsonElement o)
    {
        var labels = o.At("metadata", "labels");
        return Requirements.All(r => r.Holds(labels is { ValueKind: JsonValueKind.Object } map ? map.Text(r.Key) : null));
    }

    public bool Matches(IDictionary<string, string>? labels) => Requirements.All(r => r.Holds(labels?.TryGetValue(r.Key, out var value) == true ? value : null));

    /// <summary>Reads a selector object (matchLabels and matchExpressions).</summary>
    public static LabelSelector Of(JsonElement? selector)
    {
        if (selector is not { } s)
        {
            return Everything;
        }

        var equal = s.Properties("matchLabels").Select(p => new Requirement(p.Name, Operator.In, [p.Value.GetString() ?? ""]));
        var expressions = s.Items("matchExpressions").Select(e => new Requirement(
            e.Text("key") ?? "",
            Enum.TryParse<Operator>(e.Text("operator"), out var op) ? op : throw Failures.BadRequest($"label selector: operator {e.Text("operator")} is unknown"),
            [.. e.Items("values").Select(v => v.GetString() ?? "")]));
        return new([.. equal, .. expressions]);
    }
}
