using System.Text;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>Replaces, repeats and removes lines and words.</summary>
internal static class TextMutator
{
    private const int Deep = 3000;
    private static readonly string[] Words =
    [
        "", " ", "0", "-1", "NaN", "Infinity", "-Infinity", "1e400", "1e999999999", "99999999999999999999999999999999", "9223372036854775808", "2147483648", "0x7fffffff", "\0", "\u001b[2J", "\ud800", "\r", "\t", "../..", "/", "a/../../b", "a//b", ".", "..",
        "null", "~", "\"", "'", "{", "[", "&a", "*a", "<<", "!!binary", "!!float", "|", ">", "---", "...", "%YAML 9.9", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0000-00-00", "=1+1", ",", ";", ":", "ffffffffffffffff", "10000000000000000",
    ];

    public static byte[] Spoil(Random random, byte[] input, Func<byte[]> other)
    {
        var text = Encoding.UTF8.GetString(input);
        return Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Lines(random, text, other) : Word(random, text));
    }

    private static string Lines(Random random, string text, Func<byte[]> other)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[random.Next(lines.Count)]); break;
            case 2:
                var others = Encoding.UTF8.GetString(other()).Split('\n');
                lines[at] = others[random.Next(others.Length)];
                break;
            case 3: lines.InsertRange(at, Enumerable.Repeat(lines[at], random.Next(2, 200))); break;
            default: lines[at] = random.Next(2) == 0 ? new string(' ', random.Next(8)) + lines[at] : lines[at].TrimStart(); break;
        }
        return string.Join('\n', lines);
    }

    /// <summary>Words are what stands between the signs that the readers cut at.</summary>
    private static string Word(Random random, string text)
    {
        var at = text.Length == 0 ? 0 : random.Next(text.Length);
        var start = at == 0 ? 0 : text.LastIndexOfAny([' ', ',', ':', '/', '\n', '=', ';', '-'], at - 1) + 1;
        var end = text.IndexOfAny([' ', ',', ':', '/', '\n', '=', ';', '-'], at);
        if (end < start) { end = text.Length; }
        var word = random.Next(12) switch
        {
            0 => new string('[', Deep),
            1 => string.Concat(Enumerable.Repeat("{a: ", Deep)),
            2 => new string('a', 1 << random.Next(17)),
            _ => Words[random.Next(Words.Length)],
        };
        return text[..start] + word + text[end..];
    }
}
