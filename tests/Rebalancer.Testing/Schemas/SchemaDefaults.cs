using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Schemas;

/// <summary>Fills in defaults and drops unknown fields, in that order of the real server: prune, then default.</summary>
internal static class SchemaDefaults
{
    private static readonly string[] ObjectFields = ["apiVersion", "kind", "metadata"];

    /// <summary>Drops fields that the schema does not know.</summary>
    /// <returns>Paths of what was dropped.</returns>
    public static IReadOnlyList<string> Prune(JsonObject o, StructuralSchema schema)
    {
        var dropped = new List<string>();
        PruneObject(o, schema, "", isWholeObject: true, dropped);
        return dropped;
    }

    public static void Apply(JsonNode? node, StructuralSchema schema)
    {
        switch (node)
        {
            case JsonObject o:
                ApplyToObject(o, schema);
                break;
            case JsonArray array when schema.Items is not null:
                foreach (var item in array)
                {
                    Apply(item, schema.Items);
                }

                break;
        }
    }

    private static void ApplyToObject(JsonObject o, StructuralSchema schema)
    {
        foreach (var (name, property) in schema.Properties)
        {
            var isNull = o.ContainsKey(name) && o[name] is null;
            if (property.Default is not null && (!o.ContainsKey(name) || (isNull && !property.Nullable)))
            {
                o[name] = property.Default.DeepClone();
            }

            Apply(o[name], property);
        }

        if (schema.Values is not null)
        {
            foreach (var (name, value) in o)
            {
                if (!schema.Properties.ContainsKey(name))
                {
                    Apply(value, schema.Values);
                }
            }
        }
    }

    private static void PruneNode(JsonNode? node, StructuralSchema schema, string path, List<string> dropped)
    {
        if (node is JsonObject o)
        {
            PruneObject(o, schema, path, schema.IsEmbeddedResource, dropped);
        }
        else if (node is JsonArray array && schema.Items is not null)
        {
            for (var i = 0; i < array.Count; i++)
            {
                PruneNode(array[i], schema.Items, $"{path}[{i}]", dropped);
            }
        }
    }

    private static void PruneObject(JsonObject o, StructuralSchema schema, string path, bool isWholeObject, List<string> dropped)
    {
        foreach (var name in o.Select(p => p.Key).ToList())
        {
            var childPath = path.Length == 0 ? name : $"{path}.{name}";
            if (isWholeObject && ObjectFields.Contains(name))
            {
                continue;
            }

            if (schema.Properties.TryGetValue(name, out var property))
            {
                PruneNode(o[name], property, childPath, dropped);
            }
            else if (schema.Values is not null)
            {
                PruneNode(o[name], schema.Values, childPath, dropped);
            }
            else if (!schema.PreservesUnknownFields && schema.Source["additionalProperties"] is null)
            {
                o.Remove(name);
                dropped.Add(childPath);
            }
        }
    }
}
