using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Rules;

/// <summary>Checks an object against the rules of its schema. Rules inside lists are not checked.</summary>
internal static class RuleCheck
{
    private const string Root = "<nil>";

    /// <summary>What the real server adds when an object is too wrong for its rules.</summary>
    public static FieldError Unchecked { get; } = FieldError.Invalid(
        Root, "null", "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation");

    public static IEnumerable<FieldError> Check(JsonObject o, JsonObject? before, StructuralSchema schema) => CheckNode(o, before, schema, "");

    /// <summary>Defaults of a definition that break a rule as they are written, before defaults inside them are filled in: the real server takes no such definition.</summary>
    /// <param name="path">Of the schema.</param>
    public static IEnumerable<FieldError> CheckDefaults(StructuralSchema schema, string path)
    {
        if (schema.Default is { } value)
        {
            foreach (var error in CheckNode(value, null, schema, ""))
            {
                yield return new FieldError(path + ".default", error.Reason, error.Message);
            }
        }

        foreach (var (name, property) in schema.Properties)
        {
            foreach (var error in CheckDefaults(property, $"{path}.properties[{name}]"))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<FieldError> CheckNode(JsonNode self, JsonNode? before, StructuralSchema schema, string path)
    {
        if (!schema.HasRules)
        {
            yield break;
        }

        foreach (var rule in schema.Rules.Where(r => !r.IsTransition || before is not null))
        {
            if (Judge(rule, self, before) is { } why)
            {
                yield return new FieldError(path.Length == 0 ? Root : path, "FieldValueInvalid", $"Invalid value: {Shown(self)}{why}");
            }
        }

        foreach (var (name, property) in schema.Properties)
        {
            if (self is JsonObject o && o[name] is { } child)
            {
                foreach (var error in CheckNode(child, before.At(name), property, path.Length == 0 ? name : $"{path}.{name}"))
                {
                    yield return error;
                }
            }
        }
    }

    private static string? Judge(ValidationRule rule, JsonNode self, JsonNode? before)
    {
        try
        {
            var variables = new Dictionary<string, object?> { ["self"] = Expression.Value(self), ["oldSelf"] = Expression.Value(before) };
            return rule.Expression?.IsTrue(variables) is false ? rule.Message : null;
        }
        catch (RuleException e)
        {
            return $"rule evaluation error: {e.Message}: {rule.Rule}";
        }
    }

    /// <summary>Objects and lists are not repeated in the message.</summary>
    private static string Shown(JsonNode self) =>
        self.GetValueKind() is JsonValueKind.Object or JsonValueKind.Array ? "" : $"{self.ToJsonString()}: ";
}
