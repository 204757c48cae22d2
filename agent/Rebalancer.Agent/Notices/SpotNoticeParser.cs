using System.Globalization;
using System.Text.Json;

namespace Rebalancer.Agent.Notices;

/// <summary>Reads the body of spot/instance-action (EC2 user guide, "Spot Instance interruption notices"). Unknown fields are ignored.</summary>
internal static class SpotNoticeParser
{
    /// <summary>A node whose time has come is killed within minutes; what is older describes another life of this instance.</summary>
    public static readonly TimeSpan OldestPast = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan FarthestFuture = TimeSpan.FromHours(24);

    private static readonly string[] Actions = ["terminate", "stop", "hibernate"];
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <exception cref="FormatException">Not a notice, or an impossible one; the message has the value.</exception>
    public static SpotNotice Parse(string body, DateTimeOffset now)
    {
        using var document = ReadObject(body);
        var action = Text(document, "action", body);
        if (!Actions.Contains(action, StringComparer.Ordinal))
        {
            throw new FormatException($"spot notice: action '{Shown(action)}' is unknown");
        }

        var time = Text(document, "time", body);
        if (!DateTimeOffset.TryParseExact(time, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            throw new FormatException($"spot notice: time '{Shown(time)}' is no RFC 3339 instant");
        }

        if (at < now - OldestPast || at > now + FarthestFuture)
        {
            throw new FormatException($"spot notice: time '{Shown(time)}' is not within {OldestPast.TotalMinutes} minutes ago and {FarthestFuture.TotalHours} hours ahead of {Rfc3339(now)}");
        }

        return new SpotNotice(action, new DateTimeOffset(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero));
    }

    public static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonDocument ReadObject(string body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException e)
        {
            throw new FormatException($"spot notice: '{Shown(body)}' is no JSON: {Shown(e.Message)}", e);
        }

        throw new FormatException($"spot notice: '{Shown(body)}' is no JSON object");
    }

    private static string Text(JsonDocument document, string name, string body) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FormatException($"spot notice: '{Shown(body)}' has no text '{name}'");

    /// <summary>For a log line: short, and without control characters, as it came from outside.</summary>
    private static string Shown(string value)
    {
        var shown = new string([.. value.Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);
        return value.Length > 200 ? shown + "..." : shown;
    }
}
