using System.Text;
using System.Text.Json;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>Replaces, repeats and removes values and members of JSON, by their places in the text: what comes out need not be what a serialiser would write.</summary>
internal static class JsonMutator
{
    private const int Deep = 3000;
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "NaN", "Infinity", "1e400", "-1e-400", "1e999999999", "1e-999999999", "99999999999999999999999999999999999999", "9223372036854775808", "-9223372036854775809", "2147483648", "0.1e1",
        "\"\"", "\" \"", "\"\\u0000\"", "\"\\u001b[2J\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\nb\"", "\"../../etc/passwd\"", "\"/\"", "\"1e999999999\"", "\"1E-999999999\"", "\"-1\"", "\"NaN\"", "\"1e3000\"", "\"0.0000000000000000000000000000001\"",
        "\"999999999999999999999999Ei\"", "\"9e18\"", "\"0x10\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "\"9999-12-31T23:59:59-14:00\"", "\"0000-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00+99:99\"", "\"2026-01-01t00:00:00z\"",
        "\"2026-01-01T00:00:00.123456789123Z\"", "\"999999999h\"", "\"-5s\"", "\"10.0.0.0/33\"", "\"::1\"", "\"300.0.0.1\"", "[]", "{}", "[null]", "[[]]", "{\"\":null}", "{\"a\":{}}", "[{}]", "[1,\"a\",null]", "{\"a\":null}",
    ];

    public static byte[] Spoil(Random random, byte[] input, Func<byte[]> other)
    {
        var parts = Parts(input);
        if (parts.Count == 0) { return other(); }
        var part = parts[random.Next(parts.Count)];
        return random.Next(10) switch
        {
            0 when part.Name is { } name => Replace(input, name, part.Value.End, $"\"a\":{Values[random.Next(Values.Length)]}"),
            // The same key again: the last one counts for some readers, the first for others, and some throw.
            1 or 2 when part.Name is { } name => Replace(input, part.Value.End, part.Value.End, $",{Text(input, name, part.Value.End)}"),
            3 when part.Name is null => Replace(input, part.Value.End, part.Value.End, $",{Text(input, part.Value.Start, part.Value.End)}"),
            4 => Replace(input, part.Value.Start, part.Value.End, Nested(random)),
            5 when Parts(other()) is { Count: > 0 } => Moved(random, input, part, other()),
            6 when part.Name is { } name => Replace(input, name, name + 1, "\"\\u0000"),
            _ => Replace(input, part.Value.Start, part.Value.End, Values[random.Next(Values.Length)]),
        };
    }

    private static byte[] Moved(Random random, byte[] input, Part part, byte[] from)
    {
        var parts = Parts(from);
        if (parts.Count == 0) { return from; }
        var value = parts[random.Next(parts.Count)].Value;
        return Replace(input, part.Value.Start, part.Value.End, Text(from, value.Start, value.End));
    }

    private static string Nested(Random random) => random.Next(3) switch
    {
        0 => new string('[', Deep) + new string(']', Deep),
        1 => string.Concat(Enumerable.Repeat("{\"a\":", Deep)) + "0" + new string('}', Deep),
        _ => $"\"{new string((char)random.Next('a', 'z'), 1 << random.Next(17))}\"",
    };

    private static string Text(byte[] input, int start, int end) => Encoding.UTF8.GetString(input, start, end - start);

    private static byte[] Replace(byte[] input, int start, int end, string with) => [.. input.AsSpan(0, start), .. Encoding.UTF8.GetBytes(with), .. input.AsSpan(end)];

    /// <summary>Every value with its place, and the place of its name; of text that is no JSON those before the fault.</summary>
    private static List<Part> Parts(byte[] input)
    {
        var parts = new List<Part>();
        var open = new Stack<(int Start, int? Name)>();
        int? name = null;
        var reader = new Utf8JsonReader(input, new JsonReaderOptions { MaxDepth = 4 * Deep, AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName: name = start; continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray: open.Push((start, name)); break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (from, key) = open.Pop();
                        parts.Add(new Part(key, (from, end)));
                        break;
                    default: parts.Add(new Part(name, (start, end))); break;
                }
                name = null;
            }
        }
        catch (JsonException)
        {
            // What was found so far is enough.
        }
        return parts;
    }

    private readonly record struct Part(int? Name, (int Start, int End) Value);
}
