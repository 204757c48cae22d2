using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns from a CustomResourceDefinition's additionalPrinterColumns; of JSONPath, dotted fields, indexes and ['...'] are known.</summary>
internal static class CustomColumns
{
    public static IReadOnlyList<Column> Of(JsonObject version)
    {
        var columns = version.Objects("additionalPrinterColumns").Select(Parse).ToList();
        return columns.Count == 0 ? CommonColumns.NameAndAge : [CommonColumns.Name, .. columns];
    }

    private static Column Parse(JsonObject column)
    {
        var path = Split(column.Text("jsonPath") ?? "");
        var type = column.Text("type") ?? "string";
        return new(column.Text("name") ?? "", type, (int)(column.Number("priority") ?? 0), (o, now) => Read(o, path, type, now))
        {
            Format = column.Text("format") ?? "",
            Description = column.Text("description") ?? $"Custom resource definition column (in JSONPath format): {column.Text("jsonPath")}",
        };
    }

    private static string[] Split(string path) => path
        .Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal)
        .Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
        .Replace("\\.", "\u0001", StringComparison.Ordinal)
        .Split('.', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Replace('\u0001', '.')).ToArray();

    private static object? Read(JsonElement o, string[] path, string type, DateTimeOffset now)
    {
        JsonElement? value = o;
        foreach (var part in path)
        {
            value = value switch
            {
                { ValueKind: JsonValueKind.Object } map => map.At(part),
                { ValueKind: JsonValueKind.Array } list when int.TryParse(part, CultureInfo.InvariantCulture, out var i) && i < list.GetArrayLength() => list[i],
                _ => null,
            };
        }

        return value switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } text when type == "date" => Ages.Since(text.GetString(), now),
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var integer) => integer,
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { } other => other.GetRawText(),
        };
    }
}
