using System.Text.Json;

namespace Rebalancer.Agent.Notices.Aws;

/// <summary>Reads the body of events/recommendations/rebalance (EC2 user guide, "EC2 instance rebalance recommendations").</summary>
internal static class RecommendationParser
{
    private const string What = "rebalance recommendation";

    /// <returns>Since when the instance is at a higher risk.</returns>
    /// <exception cref="FormatException">No recommendation; the message has the value.</exception>
    public static DateTimeOffset Parse(string body)
    {
        using var document = NoticeText.Read(What, body, JsonValueKind.Object);
        var text = NoticeText.Text(document.RootElement, "noticeTime") ?? throw new FormatException($"{What}: '{NoticeText.Shown(body)}' has no text 'noticeTime'");
        return NoticeText.TryRfc3339(text, out var at) ? at : throw new FormatException($"{What}: noticeTime '{NoticeText.Shown(text)}' is no RFC 3339 instant");
    }
}
