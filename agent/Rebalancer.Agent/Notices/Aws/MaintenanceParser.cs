using System.Collections.Immutable;
using System.Text.Json;

namespace Rebalancer.Agent.Notices.Aws;

/// <summary>
/// Reads the body of events/maintenance/scheduled (EC2 user guide, "Scheduled events for your instances"): a list, empty where there are none. One entry that
/// cannot be read hides no other.
/// </summary>
internal static class MaintenanceParser
{
    private const string What = "scheduled maintenance";
    private static readonly string[] Formats = ["d MMM yyyy HH:mm:ss 'GMT'"];
    private static readonly string[] Codes = ["instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", "instance-stop"];

    /// <returns>What is due within <see cref="NoticeText.MaintenanceLead"/>, and all that is wrong.</returns>
    /// <exception cref="FormatException">No list at all.</exception>
    public static (ImmutableArray<NodeNotice> Due, ImmutableArray<string> Errors) Parse(string body, DateTimeOffset now)
    {
        using var document = NoticeText.Read(What, body, JsonValueKind.Array);
        var due = ImmutableArray.CreateBuilder<NodeNotice>();
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var found = Errors(entry, out var notice).ToList();
            errors.AddRange(found.Select(e => $"{What}: {e} in '{NoticeText.Shown(entry.GetRawText())}'"));
            if (found.Count == 0 && notice is not null && NoticeText.IsDue(notice.At, now))
            {
                due.Add(notice);
            }
        }

        return (due.ToImmutable(), errors.ToImmutable());
    }

    /// <summary>Those that are over or called off say nothing about the node any more.</summary>
    private static List<string> Errors(JsonElement entry, out NodeNotice? notice)
    {
        List<string> errors = [];
        notice = null;
        var (code, state, notBefore) = (NoticeText.Text(entry, "Code"), NoticeText.Text(entry, "State"), NoticeText.Text(entry, "NotBefore"));
        if (state is null)
        {
            errors.Add("no text 'State'");
        }
        else if (state != "active")
        {
            return errors;
        }

        if (code is null || !Codes.Contains(code, StringComparer.Ordinal))
        {
            errors.Add(code is null ? "no text 'Code'" : $"Code '{NoticeText.Shown(code)}' is unknown");
        }

        DateTimeOffset at = default;
        if (notBefore is null || !NoticeText.TryInstant(notBefore, Formats, out at))
        {
            errors.Add(notBefore is null ? "no text 'NotBefore'" : $"NotBefore '{NoticeText.Shown(notBefore)}' is no instant such as '21 Jan 2019 09:00:43 GMT'");
        }

        notice = errors.Count == 0 ? new NodeNotice($"scheduled maintenance: {code}", at) : null;
        return errors;
    }
}
