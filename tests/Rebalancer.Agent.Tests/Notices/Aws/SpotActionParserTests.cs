using System.Globalization;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Aws;

namespace Rebalancer.Agent.Tests.Notices.Aws;

public sealed class SpotActionParserTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("""{"action":"terminate","time":"2026-03-01T12:02:00Z"}""", "terminate", "2026-03-01T12:02:00Z")]
    [InlineData("""{"action": "stop", "time": "2026-03-01T12:02:00.75Z", "more": [1]}""", "stop", "2026-03-01T12:02:00Z")]
    [InlineData("""{"time":"2026-03-01T13:02:00+01:00","action":"hibernate"}""", "hibernate", "2026-03-01T12:02:00Z")]
    [InlineData("""{"action":"terminate","time":"2026-03-01T11:55:00Z"}""", "terminate", "2026-03-01T11:55:00Z")]
    [InlineData("""{"action":"terminate","time":"2026-03-02T12:00:00Z"}""", "terminate", "2026-03-02T12:00:00Z")]
    public void Parse_OfANotice_GivesActionAndInstant(string body, string action, string at)
    {
        var notice = SpotActionParser.Parse(body, Now);
        Assert.Equal("spot instance: " + action, notice.Cause);
        Assert.Equal(at, NoticeText.Rfc3339(notice.At));
    }

    [Theory]
    [InlineData("", "is no JSON")]
    [InlineData("<html>{\"action\": \"termin", "<html>")]
    [InlineData("""{"action":"terminate","time":""", "is no JSON")]
    [InlineData("[]", "'[]' is no JSON object")]
    [InlineData("null", "'null' is no JSON object")]
    [InlineData("{}", "has no text 'action'")]
    [InlineData("{}", "has no text 'time'")]
    [InlineData("""{"action":"explode","time":"soon"}""", "action 'explode' is unknown; time 'soon' is no RFC 3339 instant")]
    [InlineData("""{"action":"terminate"}""", "has no text 'time'")]
    [InlineData("""{"action":1,"time":"2026-03-01T12:02:00Z"}""", "has no text 'action'")]
    [InlineData("""{"action":"explode","time":"2026-03-01T12:02:00Z"}""", "action 'explode'")]
    [InlineData("""{"action":"TERMINATE","time":"2026-03-01T12:02:00Z"}""", "action 'TERMINATE'")]
    [InlineData("""{"action":"terminate","time":"soon"}""", "time 'soon'")]
    [InlineData("""{"action":"terminate","time":"12:02"}""", "time '12:02'")]
    [InlineData("""{"action":"terminate","time":"2026-02-30T12:02:00Z"}""", "time '2026-02-30T12:02:00Z'")]
    [InlineData("""{"action":"terminate","time":"2026-03-01T11:54:59Z"}""", "time '2026-03-01T11:54:59Z' is not within")]
    [InlineData("""{"action":"terminate","time":"2026-03-02T12:00:01Z"}""", "time '2026-03-02T12:00:01Z' is not within")]
    [InlineData("""{"action":"ter\nminate","time":"2026-03-01T12:02:00Z"}""", "action 'ter minate'")]
    public void Parse_OfSomethingElse_NamesTheValue(string body, string expected)
    {
        var failure = Assert.Throws<FormatException>(() => SpotActionParser.Parse(body, Now));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 600);
    }
}
