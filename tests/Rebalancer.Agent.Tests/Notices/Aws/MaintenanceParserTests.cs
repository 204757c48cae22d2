using System.Globalization;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Aws;

namespace Rebalancer.Agent.Tests.Notices.Aws;

public sealed class MaintenanceParserTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("[]", null)]
    [InlineData("""[{"NotBefore":"1 Mar 2026 12:30:43 GMT","Code":"system-reboot","Description":"scheduled reboot","EventId":"i","NotAfter":"1 Mar 2026 13:00:43 GMT","State":"active"}]""", "2026-03-01T12:30:43Z")]
    [InlineData("""[{"NotBefore":"1 Mar 2026 13:00:01 GMT","Code":"system-reboot","State":"active"}]""", null)]
    [InlineData("""[{"NotBefore":"1 Mar 2026 11:00:00 GMT","Code":"system-reboot","State":"active"}]""", null)]
    [InlineData("""[{"NotBefore":"[Completed] 1 Mar 2026 12:30:43 GMT","Code":"system-reboot","State":"completed"}]""", null)]
    public void Parse_OfAList_GivesWhatIsDue(string body, string? at)
    {
        var (due, errors) = MaintenanceParser.Parse(body, Now);
        Assert.Empty(errors);
        Assert.Equal(at, due.SingleOrDefault() is { } notice ? NoticeText.Rfc3339(notice.At) : null);
    }

    [Fact]
    public void Parse_OfEntriesThatAreWrong_NamesAllAndHidesNoOther()
    {
        const string Body = """
            [{"NotBefore":"soon","Code":"party","State":"active"}, 7, {"State":"active"},
             {"NotBefore":"1 Mar 2026 12:30:43 GMT","Code":"instance-stop","State":"active"}]
            """;
        var (due, errors) = MaintenanceParser.Parse(Body, Now);
        Assert.Equal("scheduled maintenance: instance-stop", Assert.Single(due).Cause);
        string[] expected = ["Code 'party' is unknown", "NotBefore 'soon'", "no text 'State'", "no text 'Code'", "no text 'NotBefore'"];
        Assert.All(expected, e => Assert.Contains(errors, error => error.Contains(e, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("<html>")]
    public void Parse_OfNoList_Fails(string body) => Assert.Throws<FormatException>(() => MaintenanceParser.Parse(body, Now));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"noticeTime":"soon"}""")]
    public void Recommendation_OfSomethingElse_Fails(string body) => Assert.Throws<FormatException>(() => RecommendationParser.Parse(body));
}
