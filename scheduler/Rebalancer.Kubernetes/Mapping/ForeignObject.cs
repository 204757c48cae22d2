using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using k8s;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>
/// Objects of the API that have not come from the API server, which lets none of this in: looked at before the client library reads them, which takes hours
/// and all memory for the quantity 1e999999999, has no end for -9e18, and leaves nulls where nobody expects one.
/// </summary>
public static class ForeignObject
{
    /// <summary>Members that hold quantities by name, and members that are one.</summary>
    private static readonly SearchValues<string> Maps = SearchValues.Create(["requests", "limits", "allocatable", "capacity", "overhead", "allocatedResources", "hard", "used"], StringComparison.Ordinal);
    private static readonly SearchValues<string> Singles = SearchValues.Create(["sizeLimit", "divisor"], StringComparison.Ordinal);

    /// <exception cref="JsonException">It is not of the type's shape.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        Check(json);
        try
        {
            return KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(json)) ?? throw new JsonException("null is no object");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or OverflowException or NotSupportedException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <exception cref="JsonException">It holds what no API server sends.</exception>
    public static T Read<T>(JsonElement element) => Read<T>(JsonMarshal.GetRawUtf8Value(element));

    private static void Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        // What is open, and the name under which it stands: "" for lists.
        var open = new Stack<(string Name, bool IsList)>();
        var name = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName: name = Text(ref reader); continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray: open.Push((name, reader.TokenType == JsonTokenType.StartArray)); break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray: open.Pop(); break;
                case JsonTokenType.Null when open.TryPeek(out var list) && (list.IsList || Maps.Contains(list.Name)): throw new JsonException($"null in '{list.Name}'");
                case JsonTokenType.String or JsonTokenType.Number:
                    var text = reader.TokenType == JsonTokenType.String ? Text(ref reader) : Encoding.ASCII.GetString(reader.ValueSpan);
                    if ((Singles.Contains(name) || (open.TryPeek(out var map) && Maps.Contains(map.Name))) && (!Quantity.TryParse(text, out var amount) || amount < Quantity.Zero)) { throw new JsonException($"'{text}' in '{name}' is no quantity"); }
                    break;
                default: break;
            }
            name = "";
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
