using System.Net;

namespace Rebalancer.Agent.Notices.Gcp;

/// <summary>
/// Compute Engine's notices (its documentation, "Spot VMs" and "Get live migration notices"): preempted, 30 s before the machine is gone, and host maintenance
/// that ends it. Neither names an instant, so it is counted from when it was first seen.
/// </summary>
internal sealed class GceNotices(MetadataClient client, TimeProvider time) : INoticeSource
{
    public const string FlavorHeader = "Metadata-Flavor";
    public const string Flavor = "Google";

    /// <summary>From the notice to the end, as documented for spot machines.</summary>
    public static readonly TimeSpan PreemptionNotice = TimeSpan.FromSeconds(30);

    /// <summary>The shortest notice of host maintenance that is documented; machines with GPUs get an hour.</summary>
    public static readonly TimeSpan MaintenanceNotice = TimeSpan.FromSeconds(60);

    private const string Preempted = "computeMetadata/v1/instance/preempted";
    private const string Maintenance = "computeMetadata/v1/instance/maintenance-event";

    private readonly FirstSeen _preempted = new();
    private readonly FirstSeen _maintenance = new();

    public Cloud Cloud => Cloud.Gcp;

    /// <summary>Of the 30 s that a notice leaves, each counts.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    public async Task<bool> IsPresentAsync(CancellationToken cancellation)
    {
        try
        {
            await AskAsync(Preempted, cancellation);
            return true;
        }
        catch (MetadataUnavailableException)
        {
            return false;
        }
    }

    public async Task<NoticeReading> ReadAsync(CancellationToken cancellation)
    {
        var reading = Parsed(new NoticeReading(), await AskAsync(Preempted, cancellation), GceNoticeParser.IsPreempted, _preempted, PreemptionNotice, "spot instance: preempted");
        try
        {
            return Parsed(reading, await AskAsync(Maintenance, cancellation), GceNoticeParser.IsEndingMaintenance, _maintenance, MaintenanceNotice, "host maintenance: terminate");
        }
        catch (MetadataUnavailableException e)
        {
            return reading.WithUnanswered(e.Message);
        }
    }

    private NoticeReading Parsed(NoticeReading reading, string body, Func<string, bool> isNotice, FirstSeen seen, TimeSpan notice, string cause)
    {
        try
        {
            return seen.Of(isNotice(body), time.GetUtcNow()) is { } since ? reading.With(new NodeNotice(cause, NoticeText.WholeSeconds(since + notice), IsCounted: true)) : reading;
        }
        catch (FormatException e)
        {
            return reading.WithBroken(e.Message);
        }
    }

    /// <summary>An answer without the header is not of this service: something stands in between.</summary>
    private async Task<string> AskAsync(string path, CancellationToken cancellation)
    {
        var answer = await client.AskAsync(HttpMethod.Get, path, FlavorHeader, Flavor, cancellation, answerHeader: FlavorHeader);
        return answer.Status == HttpStatusCode.OK && answer.Header == Flavor
            ? answer.Body
            : throw client.Unexpected(path, answer, answer.Header == Flavor ? "" : $" without {FlavorHeader}: {Flavor}");
    }
}
