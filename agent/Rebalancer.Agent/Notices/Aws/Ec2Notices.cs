namespace Rebalancer.Agent.Notices.Aws;

/// <summary>
/// EC2's notices: the spot action 120 s ahead, the recommendation to leave, which is a risk and no order, and scheduled maintenance. What was not answered
/// about the last two hides no spot action.
/// </summary>
internal sealed class Ec2Notices(Imds imds, TimeProvider time) : INoticeSource
{
    private const string SpotAction = "latest/meta-data/spot/instance-action";
    private const string Recommendation = "latest/meta-data/events/recommendations/rebalance";
    private const string Maintenance = "latest/meta-data/events/maintenance/scheduled";

    public Cloud Cloud => Cloud.Aws;

    /// <summary>EC2 says 5 seconds; of the 120 that a notice leaves, each counts.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(2);

    public async Task<bool> IsPresentAsync(CancellationToken cancellation)
    {
        try
        {
            return (await imds.NewTokenAsync(cancellation)).Length > 0;
        }
        catch (MetadataUnavailableException)
        {
            return false;
        }
    }

    public async Task<NoticeReading> ReadAsync(CancellationToken cancellation)
    {
        var reading = Parsed(new NoticeReading(), await imds.ReadAsync(SpotAction, cancellation), (r, body) => r.With(SpotActionParser.Parse(body, time.GetUtcNow())));
        reading = await AlsoAsync(reading with { IsRisky = false }, Recommendation, Recommended, cancellation);
        return await AlsoAsync(reading, Maintenance, (r, body) => WithMaintenance(r, body, time.GetUtcNow()), cancellation);
    }

    private static NoticeReading Recommended(NoticeReading reading, string body)
    {
        _ = RecommendationParser.Parse(body);
        return reading with { IsRisky = true };
    }

    private static NoticeReading WithMaintenance(NoticeReading reading, string body, DateTimeOffset now)
    {
        var (notices, errors) = MaintenanceParser.Parse(body, now);
        return notices.Aggregate(reading, (all, notice) => all.With(notice)).WithBroken(errors);
    }

    private async Task<NoticeReading> AlsoAsync(NoticeReading reading, string path, Func<NoticeReading, string, NoticeReading> add, CancellationToken cancellation)
    {
        try
        {
            return Parsed(reading, await imds.ReadAsync(path, cancellation), add, path);
        }
        catch (MetadataUnavailableException e)
        {
            return Unknown(reading, path).WithUnanswered(e.Message);
        }
    }

    private static NoticeReading Parsed(NoticeReading reading, string? body, Func<NoticeReading, string, NoticeReading> add, string path = SpotAction)
    {
        try
        {
            return body is null ? reading : add(reading, body);
        }
        catch (FormatException e)
        {
            return Unknown(reading, path).WithBroken(e.Message);
        }
    }

    private static NoticeReading Unknown(NoticeReading reading, string path) => path == Recommendation ? reading with { IsRisky = null } : reading;
}
