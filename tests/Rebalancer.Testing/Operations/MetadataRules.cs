using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Operations;

/// <summary>Checks of metadata that hold for every kind.</summary>
internal static partial class MetadataRules
{
    private const int LongestName = 253;
    private const int LongestLabelValue = 63;

    public static IEnumerable<FieldError> Check(JsonObject o)
    {
        var metadata = o.Metadata();
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        }
        else if (name.Length > LongestName || name is "." or ".." || !PathSegment().IsMatch(name) || (!IsFreelyNamed(o) && !Subdomain().IsMatch(name)))
        {
            yield return FieldError.Invalid("metadata.name", $"\"{name}\"", "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character");
        }

        foreach (var error in CheckMap(metadata, "labels").Concat(CheckMap(metadata, "annotations")))
        {
            yield return error;
        }

        foreach (var (index, owner) in metadata.Objects("ownerReferences").Index())
        {
            foreach (var field in new[] { "apiVersion", "kind", "name", "uid" }.Where(f => string.IsNullOrEmpty(owner.Text(f))))
            {
                yield return FieldError.Invalid($"metadata.ownerReferences[{index}].{field}", "\"\"", $"{field} must not be empty");
            }
        }

        if (metadata.Objects("ownerReferences").Count(r => r.Flag("controller")) > 1)
        {
            yield return FieldError.Invalid("metadata.ownerReferences", "[...]", "Only one reference can have Controller set to true");
        }
    }

    private static IEnumerable<FieldError> CheckMap(JsonObject metadata, string field)
    {
        if (metadata[field] is not JsonObject map)
        {
            yield break;
        }

        foreach (var (key, value) in map)
        {
            if (!QualifiedName().IsMatch(key))
            {
                yield return FieldError.Invalid($"metadata.{field}", $"\"{key}\"", "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            }

            if (value is null || value.GetValueKind() != JsonValueKind.String)
            {
                throw Failures.BadRequest($"json: cannot unmarshal {value?.GetValueKind().ToString() ?? "null"} into Go struct field ObjectMeta.metadata.{field} of type string");
            }

            if (field == "labels" && (value.GetValue<string>().Length > LongestLabelValue || !LabelValue().IsMatch(value.GetValue<string>())))
            {
                yield return FieldError.Invalid("metadata.labels", $"\"{value.GetValue<string>()}\"", "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            }
        }
    }

    /// <summary>RBAC objects may be named "system:...".</summary>
    private static bool IsFreelyNamed(JsonObject o) => o.Text("apiVersion")?.StartsWith("rbac.", StringComparison.Ordinal) == true;

    [GeneratedRegex("^[^/%]+$")]
    private static partial Regex PathSegment();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    private static partial Regex Subdomain();

    [GeneratedRegex("^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")]
    private static partial Regex QualifiedName();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();
}
