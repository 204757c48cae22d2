using System.Globalization;
using System.Text.Json;

namespace Rebalancer.Agent.Notices;

/// <summary>What the parsers of all clouds have in common: instants, and how outside text is shown.</summary>
internal static class NoticeText
{
    /// <summary>A node whose time has come is killed within minutes; what is older describes another life of this instance.</summary>
    public static readonly TimeSpan OldestPast = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan FarthestFuture = TimeSpan.FromHours(24);

    /// <summary>
    /// Maintenance is announced days ahead. Until an hour before, the node is as good as any; an hour is enough for what is large to leave at leisure.
    /// </summary>
    public static readonly TimeSpan MaintenanceLead = TimeSpan.FromHours(1);

    private const int MaxShown = 200;
    private static readonly string[] Rfc3339Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset WholeSeconds(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    public static bool TryRfc3339(string text, out DateTimeOffset at) => TryInstant(text, Rfc3339Formats, out at);

    /// <returns>UTC, whole seconds.</returns>
    public static bool TryInstant(string text, string[] formats, out DateTimeOffset at)
    {
        var isInstant = DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read);
        at = isInstant ? WholeSeconds(read) : default;
        return isInstant;
    }

    /// <summary>Whether maintenance at this instant is to be acted upon now.</summary>
    public static bool IsDue(DateTimeOffset notBefore, DateTimeOffset now) => notBefore >= now - OldestPast && notBefore <= now + MaintenanceLead;

    public static string? Text(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? Text(value) : null;

    /// <returns>Null: something else than text, or escapes in it that stand for half a character.</returns>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <exception cref="FormatException">Another kind of JSON, or none.</exception>
    public static JsonDocument Read(string what, string body, JsonValueKind kind)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == kind)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException e)
        {
            throw new FormatException($"{what}: '{Shown(body)}' is no JSON: {Shown(e.Message)}", e);
        }

        throw new FormatException($"{what}: '{Shown(body)}' is no JSON {(kind == JsonValueKind.Array ? "array" : "object")}");
    }

    /// <summary>For a log line: short, and without control characters, as it came from outside.</summary>
    public static string Shown(string value)
    {
        var shown = new string([.. value.Take(MaxShown).Select(c => char.IsControl(c) ? ' ' : c)]);
        return value.Length > MaxShown ? shown + "..." : shown;
    }
}
