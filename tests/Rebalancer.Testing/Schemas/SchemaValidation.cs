using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Schemas;

/// <summary>Checks an object against its schema and reports every wrong field.</summary>
internal sealed class SchemaValidation
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);
    private readonly List<FieldError> _errors = [];

    public static IReadOnlyList<FieldError> Check(JsonObject o, StructuralSchema schema)
    {
        var validation = new SchemaValidation();
        validation.CheckObject(o, schema, "");
        return validation._errors;
    }

    private void CheckNode(JsonNode? node, StructuralSchema schema, string path)
    {
        if (node is null)
        {
            if (!schema.Nullable)
            {
                _errors.Add(FieldError.WrongType(path, "\"null\"", $"{path} in body must be of type {schema.Type}: \"null\""));
            }

            return;
        }

        if (!HasType(node, schema))
        {
            var actual = TypeOf(node);
            _errors.Add(FieldError.WrongType(path, $"\"{actual}\"", $"{path} in body must be of type {schema.Type}: \"{actual}\""));
            return;
        }

        CheckEnum(node, schema, path);
        switch (node)
        {
            case JsonObject o:
                CheckObject(o, schema, path);
                break;
            case JsonArray array:
                CheckArray(array, schema, path);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                CheckText(value.GetValue<string>(), schema, path);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                CheckNumber(value, schema, path);
                break;
        }
    }

    private void CheckObject(JsonObject o, StructuralSchema schema, string path)
    {
        foreach (var name in schema.Required.Where(name => !o.ContainsKey(name)))
        {
            _errors.Add(FieldError.Required(Join(path, name)));
        }

        foreach (var (name, value) in o)
        {
            if (path.Length == 0 && name == "metadata")
            {
                continue;
            }

            if (schema.Properties.TryGetValue(name, out var property))
            {
                CheckNode(value, property, Join(path, name));
            }
            else if (schema.Values is not null)
            {
                CheckNode(value, schema.Values, Join(path, name));
            }
        }

        CheckCount(o.Count, schema, path, "minProperties", "maxProperties", "properties");
    }

    private void CheckArray(JsonArray array, StructuralSchema schema, string path)
    {
        CheckCount(array.Count, schema, path, "minItems", "maxItems", "items");
        for (var i = 0; i < array.Count && schema.Items is not null; i++)
        {
            CheckNode(array[i], schema.Items, $"{path}[{i}]");
        }

        CheckUnique(array, schema, path);
    }

    private void CheckUnique(JsonArray array, StructuralSchema schema, string path)
    {
        var kind = schema.Source.Text("x-kubernetes-list-type");
        if (kind is not ("map" or "set"))
        {
            return;
        }

        var keys = schema.Source["x-kubernetes-list-map-keys"] is JsonArray names ? names.Select(n => n!.GetValue<string>()).ToList() : [];
        var seen = new HashSet<string>();
        for (var i = 0; i < array.Count; i++)
        {
            var identity = kind == "set"
                ? array[i]?.ToJsonString() ?? "null"
                : new JsonObject(keys.Select(k => KeyValuePair.Create(k, array[i].At(k).Copy()))).ToJsonString();
            if (!seen.Add(identity))
            {
                _errors.Add(FieldError.Duplicate($"{path}[{i}]", identity));
            }
        }
    }

    private void CheckCount(int count, StructuralSchema schema, string path, string minimum, string maximum, string what)
    {
        if (schema.Source.Number(minimum) is { } least && count < least)
        {
            _errors.Add(FieldError.Invalid(path, count.ToString(CultureInfo.InvariantCulture), $"{path} in body should have at least {least} {what}"));
        }

        if (schema.Source.Number(maximum) is { } most && count > most)
        {
            _errors.Add(FieldError.TooMany(path, count, most));
        }
    }

    private void CheckEnum(JsonNode node, StructuralSchema schema, string path)
    {
        if (schema.Enum.Count > 0 && !schema.Enum.Any(allowed => JsonNode.DeepEquals(allowed, node)))
        {
            _errors.Add(FieldError.NotSupported(path, node.ToJsonString(), schema.Enum.Select(allowed => allowed?.ToJsonString() ?? "null")));
        }
    }

    private void CheckText(string text, StructuralSchema schema, string path)
    {
        if (schema.Source.Number("minLength") is { } least && text.Length < least)
        {
            _errors.Add(FieldError.Invalid(path, Quote(text), $"{path} in body should be at least {least} chars long"));
        }

        if (schema.Source.Number("maxLength") is { } most && text.Length > most)
        {
            _errors.Add(FieldError.TooLong(path, most));
        }

        if (schema.Source.Text("pattern") is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, PatternTimeout))
        {
            _errors.Add(FieldError.Invalid(path, Quote(text), $"{path} in body should match '{pattern}'"));
        }

        if (schema.Source.Text("format") is { } format && !HasFormat(text, format))
        {
            _errors.Add(FieldError.Invalid(path, Quote(text), $"{path} in body must be of type {format}: {Quote(text)}"));
        }
    }

    private void CheckNumber(JsonValue value, StructuralSchema schema, string path)
    {
        var number = Parse(value);
        if (Limit(schema, "minimum") is { } least && (number < least || (number == least && schema.Source.Flag("exclusiveMinimum"))))
        {
            _errors.Add(FieldError.Invalid(path, value.ToJsonString(), $"{path} in body should be greater than or equal to {least}"));
        }

        if (Limit(schema, "maximum") is { } most && (number > most || (number == most && schema.Source.Flag("exclusiveMaximum"))))
        {
            _errors.Add(FieldError.Invalid(path, value.ToJsonString(), $"{path} in body should be less than or equal to {most}"));
        }

        if (Limit(schema, "multipleOf") is { } step && step != 0 && number % step != 0)
        {
            _errors.Add(FieldError.Invalid(path, value.ToJsonString(), $"{path} in body should be a multiple of {step}"));
        }
    }

    private static decimal? Limit(StructuralSchema schema, string name) =>
        schema.Source[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? Parse(value) : null;

    private static decimal Parse(JsonValue value) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : decimal.MaxValue;

    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => text.Contains('T', StringComparison.OrdinalIgnoreCase)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "ipv4" => System.Net.IPAddress.TryParse(text, out var v4) && v4.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        "ipv6" => System.Net.IPAddress.TryParse(text, out var v6) && v6.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        "uuid" => Guid.TryParse(text, out _),
        _ => true,
    };

    private static bool HasType(JsonNode node, StructuralSchema schema)
    {
        if (schema.IsIntOrString)
        {
            return TypeOf(node) is "integer" or "string";
        }

        return schema.Type.Length == 0 || schema.Type == TypeOf(node) || (schema.Type == "number" && TypeOf(node) == "integer");
    }

    private static string TypeOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => Parse((JsonValue)node) % 1 == 0 ? "integer" : "number",
        _ => "null",
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Quote(string text) => JsonSerializer.Serialize(text, Serialization.Options);
}
