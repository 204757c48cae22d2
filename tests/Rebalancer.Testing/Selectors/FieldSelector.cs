using System.Text.Json;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Kinds;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Selectors;

/// <summary>The fieldSelector parameter: "spec.nodeName=n1,status.phase!=Failed" over the fields that the resource names.</summary>
internal sealed record FieldSelector(IReadOnlyList<(string[] Path, bool Equal, string Value)> Terms)
{
    public static FieldSelector Everything { get; } = new([]);

    public bool IsEmpty => Terms.Count == 0;

    public bool Matches(JsonElement o) => Terms.All(t => (Read(o, t.Path) == t.Value) == t.Equal);

    /// <summary>The single name asked for, when it is.</summary>
    public string? Name => Terms.Where(t => t.Equal && t.Path is ["metadata", "name"]).Select(t => t.Value).FirstOrDefault();

    public static FieldSelector Parse(string? text, ResourceDescriptor resource)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var terms = new List<(string[], bool, string)>();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var unequal = term.IndexOf("!=", StringComparison.Ordinal);
            var at = unequal >= 0 ? unequal : term.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw Failures.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var field = term[..at];
            if (field is not ("metadata.name" or "metadata.namespace") && !resource.SelectableFields.Contains(field))
            {
                throw Failures.BadRequest($"Unable to find \"{resource.ApiVersion}, Resource={resource.Plural}\" that match label selector \"\", field selector \"{text}\": field label not supported: {field}");
            }

            terms.Add((EventForms.StoredField(resource, field).Split('.'), unequal < 0, term[at..].TrimStart('!').TrimStart('=')));
        }

        return new(terms);
    }

    private static string Read(JsonElement o, string[] path) => o.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.True } => "true",
        { ValueKind: JsonValueKind.False } => "false",
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.Object } component when path is ["source"] => component.Text("component") ?? "",
        _ => path is ["spec", "unschedulable"] or ["spec", "hostNetwork"] ? "false" : "",
    };
}
