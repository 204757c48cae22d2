using System.Globalization;

namespace Rebalancer.Testing.Protobuf;

/// <summary>One field of a message.</summary>
/// <param name="Name">Name in JSON; "*" when the fields of the value belong to the holder.</param>
/// <param name="Type">One letter of messages.txt.</param>
/// <param name="Message">Name of the message, for type m.</param>
/// <param name="KeepsZero">Whether a zero was set on purpose.</param>
internal sealed record MessageField(string Name, char Type, string Message, bool IsList, bool IsMap, bool KeepsZero);

/// <summary>The messages of messages.txt.</summary>
internal static class MessageTable
{
    private const string Resource = "Rebalancer.Testing.Protobuf.messages.txt";
    private static readonly Lazy<Dictionary<string, Dictionary<int, MessageField>>> Messages = new(Load);

    public static Dictionary<int, MessageField>? Find(string message) => Messages.Value.GetValueOrDefault(message);

    /// <summary>The message of an API object; null when it is not in the table.</summary>
    public static string? Of(string apiVersion, string kind)
    {
        var parts = apiVersion.Split('/');
        var package = parts.Length == 1 ? "core/v1" : $"{parts[0].Split('.')[0]}/{parts[1]}";
        var name = kind == "DeleteOptions" ? "meta/v1.DeleteOptions" : $"{package}.{kind}";
        return Messages.Value.ContainsKey(name) ? name : null;
    }

    private static Dictionary<string, Dictionary<int, MessageField>> Load()
    {
        using var stream = typeof(MessageTable).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        var messages = new Dictionary<string, Dictionary<int, MessageField>>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                messages[parts[0]] = parts.Skip(1).Select(Parse).ToDictionary(f => f.Number, f => f.Field);
            }
        }

        return messages;
    }

    private static (int Number, MessageField Field) Parse(string text)
    {
        var parts = text.Split(',');
        var type = parts[2];
        var (isList, isMap, keepsZero) = (type[0] == '[', type[0] == '{', type[^1] == '!');
        var plain = type.TrimStart('[', '{').TrimEnd('!');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), new(parts[1], plain[0], plain[1..], isList, isMap, keepsZero));
    }
}
