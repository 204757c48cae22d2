using System.Collections.Immutable;
using System.Text.Json;

namespace Rebalancer.Agent.Notices.Azure;

/// <summary>
/// Reads a document of Azure's scheduled events (its documentation, "Azure Metadata Service: Scheduled Events for Linux VMs"). It lists the events of all
/// machines of a scale set. One event that cannot be read hides no other.
/// </summary>
internal static class ScheduledEventsParser
{
    private const string What = "scheduled events";

    /// <summary>Does not end anything: the machine stands still for some seconds.</summary>
    private const string Freeze = "Freeze";
    private static readonly string[] Types = [Freeze, "Reboot", "Redeploy", "Preempt", "Terminate"];
    private static readonly string[] Formats = ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <param name="machine">Name of this machine in the list.</param>
    /// <exception cref="FormatException">No such document at all.</exception>
    public static (ImmutableArray<ScheduledEvent> Events, ImmutableArray<string> Errors) Parse(string body, string machine)
    {
        using var document = NoticeText.Read(What, body, JsonValueKind.Object);
        if (!document.RootElement.TryGetProperty("Events", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"{What}: '{NoticeText.Shown(body)}' has no list 'Events'");
        }

        var events = ImmutableArray.CreateBuilder<ScheduledEvent>();
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var entry in list.EnumerateArray().Where(e => Concerns(e, machine)))
        {
            var found = Errors(entry, out var read);
            errors.AddRange(found.Select(e => $"{What}: {e} in '{NoticeText.Shown(entry.GetRawText())}'"));
            if (read is { Type: not Freeze })
            {
                events.Add(read);
            }
        }

        return (events.ToImmutable(), errors.ToImmutable());
    }

    /// <summary>What does not say whom it concerns may concern this machine, and is told as an error then.</summary>
    private static bool Concerns(JsonElement entry, string machine)
        => entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("Resources", out var resources) || resources.ValueKind != JsonValueKind.Array
            || resources.EnumerateArray().Any(r => string.Equals(NoticeText.Text(r), machine, StringComparison.OrdinalIgnoreCase));

    private static List<string> Errors(JsonElement entry, out ScheduledEvent? read)
    {
        List<string> errors = [];
        read = null;
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("Resources", out var resources) || resources.ValueKind != JsonValueKind.Array)
        {
            errors.Add("no list 'Resources'");
        }

        var (id, type, status) = (NoticeText.Text(entry, "EventId"), NoticeText.Text(entry, "EventType"), NoticeText.Text(entry, "EventStatus"));
        if (string.IsNullOrEmpty(id))
        {
            errors.Add("no text 'EventId'");
        }

        if (type is null || !Types.Contains(type, StringComparer.Ordinal))
        {
            errors.Add(type is null ? "no text 'EventType'" : $"EventType '{NoticeText.Shown(type)}' is unknown");
        }

        if (status is not ("Scheduled" or "Started"))
        {
            errors.Add(status is null ? "no text 'EventStatus'" : $"EventStatus '{NoticeText.Shown(status)}' is neither Scheduled nor Started");
        }

        var at = NotBefore(entry, status == "Started", errors);
        read = errors.Count == 0 ? new ScheduledEvent(id!, type!, at) : null;
        return errors;
    }

    private static DateTimeOffset? NotBefore(JsonElement entry, bool hasStarted, List<string> errors)
    {
        var text = NoticeText.Text(entry, "NotBefore") ?? "";
        if (text.Length == 0 && hasStarted)
        {
            return null;
        }

        if (NoticeText.TryInstant(text, Formats, out var at))
        {
            return at;
        }

        errors.Add($"NotBefore '{NoticeText.Shown(text)}' is no instant such as 'Mon, 19 Sep 2016 18:29:47 GMT'");
        return null;
    }
}
