using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Holds JSON against the type that it is to become, as strictly as an API server: a field that the type does not have is an error, too.</summary>
public static class ObjectShape
{
    private const int LongestShown = 60;

    /// <param name="item">The object, for messages.</param>
    /// <returns>A copy without the parts that <paramref name="problems"/> tells of, so that the rest can be read and looked at.</returns>
    public static JsonObject Sound(string item, JsonObject o, Type type, ICollection<InvalidField> problems)
    {
        var copy = (JsonObject)o.DeepClone();
        Prune(item, "", copy, type, problems);
        return copy;
    }

    private static void Prune(string item, string path, JsonObject o, Type type, ICollection<InvalidField> problems)
    {
        var known = type.GetProperties().Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null).ToDictionary(NameOf, p => p.PropertyType);
        foreach (var (name, value) in o.ToList())
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            if (!known.TryGetValue(name, out var wanted))
            {
                problems.Add(new InvalidField(item, field, Shown(value), $"a field of a {type.Name}: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}"));
                o.Remove(name);
            }
            else if (value is null || !Fits(item, field, value, wanted, problems))
            {
                // Null says that there is none, also where the type has no way to say so.
                o.Remove(name);
            }
        }
    }

    private static bool Fits(string item, string field, JsonNode value, Type declared, ICollection<InvalidField> problems)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) && value is JsonArray list)
        {
            // An element that does not fit stays out, and with it the list: the others' numbers must not change.
            return list.Select((element, i) => element is null ? Wrong(item, $"{field}[{i}]", element, "a value", problems) : Fits(item, $"{field}[{i}]", element, type.GetGenericArguments()[0], problems))
                .ToList().TrueForAll(fits => fits);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>) && value is JsonObject map)
        {
            return map.Select(entry => entry.Value?.GetValueKind() == JsonValueKind.String || Wrong(item, $"{field}[{entry.Key}]", entry.Value, "text", problems)).ToList().TrueForAll(fits => fits);
        }

        var expected = Expected(type);
        if (expected.Fits(value))
        {
            if (expected.Words == Object)
            {
                Prune(item, field, (JsonObject)value, type, problems);
            }

            return true;
        }

        return Wrong(item, field, value, expected.Words, problems);
    }

    private const string Object = "an object";

    private static (string Words, Func<JsonNode, bool> Fits) Expected(Type type) => type switch
    {
        _ when type == typeof(string) => ("text", IsText),
        _ when type == typeof(DecimalText) => ("a decimal number", v => IsText(v) || v.GetValueKind() == JsonValueKind.Number),
        _ when type == typeof(IntOrString) => ("a whole number or text", v => IsText(v) || IsInteger(v, long.MaxValue)),
        _ when type == typeof(int) => ("a whole number", v => IsInteger(v, int.MaxValue)),
        _ when type == typeof(long) => ("a whole number", v => IsInteger(v, long.MaxValue)),
        _ when type == typeof(double) => ("a number", v => v.GetValueKind() == JsonValueKind.Number),
        _ when type == typeof(bool) => ("true or false", v => v.GetValueKind() is JsonValueKind.True or JsonValueKind.False),
        _ when type == typeof(DateTime) || type == typeof(DateTimeOffset) => ("a time (RFC 3339)", v => IsText(v) && DateTimeOffset.TryParse(v.GetValue<string>(), CultureInfo.InvariantCulture, out _)),
        { IsGenericType: true } => (type.GetGenericTypeDefinition() == typeof(IList<>) ? "a list" : "names and text", _ => false),
        _ => (Object, v => v is JsonObject),
    };

    private static bool IsText(JsonNode value) => value.GetValueKind() == JsonValueKind.String;

    private static bool IsInteger(JsonNode value, long most)
        => value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number <= most && number >= -most - 1;

    private static bool Wrong(string item, string field, JsonNode? value, string expected, ICollection<InvalidField> problems)
    {
        problems.Add(new InvalidField(item, field, Shown(value), expected));
        return false;
    }

    private static string Shown(JsonNode? value)
    {
        var text = value is null ? "" : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        return text.Length <= LongestShown ? text : text[..LongestShown] + "...";
    }

    private static string NameOf(PropertyInfo property) => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
