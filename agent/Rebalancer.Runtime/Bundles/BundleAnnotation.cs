using System.Text;
using System.Text.Json;

namespace Rebalancer.Runtime.Bundles;

/// <summary>Sets one annotation of a config.json by splicing bytes: every other byte stays as containerd wrote it.</summary>
internal static class BundleAnnotation
{
    /// <exception cref="JsonException">Not JSON, or not an object.</exception>
    public static byte[] Set(ReadOnlySpan<byte> json, string key, string value)
    {
        var name = Quoted(key);
        var quoted = Quoted(value);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) { throw new JsonException("config.json is no object"); }
        var top = (int)reader.TokenStartIndex + 1;
        var isTopEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isTopEmpty = false;
            if (!reader.ValueTextEquals("annotations"u8)) { reader.Skip(); continue; }
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null) { return Splice(json, (int)reader.TokenStartIndex, 4, $"{{{name}:{quoted}}}"); }
            if (reader.TokenType != JsonTokenType.StartObject) { throw new JsonException("annotations of config.json is no object"); }
            return InAnnotations(json, ref reader, key, name, quoted);
        }
        return Splice(json, top, 0, $"\"annotations\":{{{name}:{quoted}}}{(isTopEmpty ? "" : ",")}");
    }

    private static byte[] InAnnotations(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, string key, string name, string quoted)
    {
        var start = (int)reader.TokenStartIndex + 1;
        var isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var isOurs = reader.ValueTextEquals(key);
            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isOurs) { return Splice(json, valueStart, (int)reader.BytesConsumed - valueStart, quoted); }
        }
        return Splice(json, start, 0, $"{name}:{quoted}{(isEmpty ? "" : ",")}");
    }

    private static byte[] Splice(ReadOnlySpan<byte> json, int at, int removed, string inserted) =>
        [.. json[..at], .. Encoding.UTF8.GetBytes(inserted), .. json[(at + removed)..]];

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
