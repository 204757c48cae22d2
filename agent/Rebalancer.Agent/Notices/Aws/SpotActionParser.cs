using System.Text.Json;

namespace Rebalancer.Agent.Notices.Aws;

/// <summary>Reads the body of spot/instance-action (EC2 user guide, "Spot Instance interruption notices"). Unknown fields are ignored.</summary>
internal static class SpotActionParser
{
    private const string What = "spot notice";
    private static readonly string[] Actions = ["terminate", "stop", "hibernate"];

    /// <exception cref="FormatException">Not a notice, or an impossible one; the message names everything that is wrong, with its value.</exception>
    public static NodeNotice Parse(string body, DateTimeOffset now)
    {
        using var document = NoticeText.Read(What, body, JsonValueKind.Object);
        var (action, time) = (NoticeText.Text(document.RootElement, "action"), NoticeText.Text(document.RootElement, "time"));
        List<string> errors = [];
        if (action is null || time is null)
        {
            errors.AddRange(new[] { ("action", action), ("time", time) }.Where(f => f.Item2 is null).Select(f => $"'{NoticeText.Shown(body)}' has no text '{f.Item1}'"));
        }

        if (action is not null && !Actions.Contains(action, StringComparer.Ordinal))
        {
            errors.Add($"action '{NoticeText.Shown(action)}' is unknown");
        }

        DateTimeOffset at = default;
        if (time is not null && !NoticeText.TryRfc3339(time, out at))
        {
            errors.Add($"time '{NoticeText.Shown(time)}' is no RFC 3339 instant");
        }
        else if (time is not null && (at < now - NoticeText.OldestPast || at > now + NoticeText.FarthestFuture))
        {
            errors.Add($"time '{NoticeText.Shown(time)}' is not within {NoticeText.OldestPast.TotalMinutes} minutes ago and {NoticeText.FarthestFuture.TotalHours} hours ahead of {NoticeText.Rfc3339(now)}");
        }

        return errors.Count == 0 ? new NodeNotice($"spot instance: {action}", at) : throw new FormatException($"{What}: {string.Join("; ", errors)}");
    }
}
