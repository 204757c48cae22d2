using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rebalancer.Testing.Controllers;

/// <summary>Names a pod template: equal templates have equal hashes whatever the order of their fields.</summary>
internal static class TemplateHash
{
    public const string Label = "pod-template-hash";
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int Length = 10;

    public static string Of(JsonElement template)
    {
        var text = new StringBuilder();
        Append(text, template);
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        return string.Create(Length, hash, static (span, rest) =>
        {
            foreach (ref var letter in span)
            {
                letter = Alphabet[(int)(rest % (ulong)Alphabet.Length)];
                rest /= (ulong)Alphabet.Length;
            }
        });
    }

    private static void Append(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    text.Append('{').Append(property.Name).Append(':');
                    Append(text, property.Value);
                    text.Append('}');
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    text.Append('[');
                    Append(text, item);
                    text.Append(']');
                }

                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
