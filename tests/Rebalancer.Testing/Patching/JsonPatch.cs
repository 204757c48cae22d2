using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Patching;

/// <summary>RFC 6902. Applies all operations or none.</summary>
internal static class JsonPatch
{
    /// <exception cref="JsonPatchException">An operation cannot be applied, a failed `test` included.</exception>
    public static JsonNode Apply(JsonNode document, JsonArray operations)
    {
        var result = document.DeepClone();
        foreach (var node in operations)
        {
            if (node is not JsonObject operation)
            {
                throw new JsonPatchException("an operation must be an object");
            }

            result = ApplyOne(result, operation);
        }

        return result;
    }

    private static JsonNode ApplyOne(JsonNode document, JsonObject operation)
    {
        var path = JsonPointer.Parse(operation.Text("path") ?? throw new JsonPatchException("an operation has no path"));
        switch (operation.Text("op"))
        {
            case "test":
                Test(document, path, operation["value"]);
                return document;
            case "add":
                return Add(document, path, Value(operation));
            case "remove":
                Remove(document, path);
                return document;
            case "replace":
                return Replace(document, path, Value(operation));
            case "copy":
                return Add(document, path, Read(document, From(operation))?.DeepClone());
            case "move":
                return Move(document, From(operation), path);
            case var op:
                throw new JsonPatchException($"unexpected kind: {op}");
        }
    }

    private static void Test(JsonNode document, JsonPointer path, JsonNode? expected)
    {
        var isThere = path.TryRead(document, out var actual);
        if (!(isThere ? JsonNode.DeepEquals(actual, expected) : expected is null))
        {
            throw new JsonPatchException($"testing path {path} value failed: test failed");
        }
    }

    private static JsonNode Add(JsonNode document, JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            return value ?? throw new JsonPatchException("the whole document cannot become null");
        }

        switch (path.Parent(document))
        {
            case JsonObject o:
                o[path.Last] = value;
                break;
            case JsonArray array when path.Last == "-":
                array.Add(value);
                break;
            case JsonArray array when JsonPointer.TryIndex(path.Last, out var i) && i <= array.Count:
                array.Insert(i, value);
                break;
            default:
                throw new JsonPatchException($"add operation does not apply: doc is missing path: \"{path}\": missing value");
        }

        return document;
    }

    private static JsonNode Replace(JsonNode document, JsonPointer path, JsonNode? value)
    {
        if (path.IsRoot)
        {
            return value ?? throw new JsonPatchException("the whole document cannot become null");
        }

        if (!path.TryRead(document, out _))
        {
            throw new JsonPatchException($"replace operation does not apply: doc is missing key: {path}: missing value");
        }

        if (path.Parent(document) is JsonArray array && JsonPointer.TryIndex(path.Last, out var i))
        {
            array[i] = value;
        }
        else
        {
            path.Parent(document).AsObject()[path.Last] = value;
        }

        return document;
    }

    private static void Remove(JsonNode document, JsonPointer path)
    {
        if (path.IsRoot || !path.TryRead(document, out _))
        {
            throw new JsonPatchException($"remove operation does not apply: doc is missing path: \"{path}\": missing value");
        }

        if (path.Parent(document) is JsonArray array && JsonPointer.TryIndex(path.Last, out var i))
        {
            array.RemoveAt(i);
        }
        else
        {
            path.Parent(document).AsObject().Remove(path.Last);
        }
    }

    private static JsonNode Move(JsonNode document, JsonPointer from, JsonPointer path)
    {
        if (path.StartsWith(from) && path.ToString() != from.ToString())
        {
            throw new JsonPatchException($"move operation does not apply: {from} cannot be moved into itself");
        }

        var value = Read(document, from)?.DeepClone();
        Remove(document, from);
        return Add(document, path, value);
    }

    private static JsonNode? Read(JsonNode document, JsonPointer path) =>
        path.TryRead(document, out var value) ? value : throw new JsonPatchException($"doc is missing from path: \"{path}\": missing value");

    private static JsonPointer From(JsonObject operation) =>
        JsonPointer.Parse(operation.Text("from") ?? throw new JsonPatchException("an operation has no from"));

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw new JsonPatchException("an operation has no value");
}
