using System.Text.Json;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Quantities as they stand in the file, looked at before the client library rounds them, or stumbles over them.</summary>
internal static class QuantityScan
{
    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal) { "requests", "limits", "allocatable", "capacity", "overhead", "allocatedResources" };

    public static IEnumerable<InvalidField> Problems(string item, JsonElement element) => Walk(item, element, "");

    private static IEnumerable<InvalidField> Walk(string item, JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Maps.Contains(p.Name) && p.Value.ValueKind == JsonValueKind.Object
            ? Check(item, p.Value, Join(path, p.Name))
            : Walk(item, p.Value, Join(path, p.Name))),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((e, i) => Walk(item, e, $"{path}[{i}]")),
        _ => [],
    };

    private static IEnumerable<InvalidField> Check(string item, JsonElement amounts, string path)
        => amounts.EnumerateObject()
            .Where(a => !Quantity.TryParse(a.Value.ValueKind == JsonValueKind.Number ? a.Value.GetRawText() : a.Value.ToString(), out var q) || q < Quantity.Zero)
            .Select(a => new InvalidField(item, $"{path}[{a.Name}]", a.Value.ToString(), "a quantity that is not negative, such as 100m, 1.5Gi or 2e3"));

    private static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;
}
