using System.Net;
using System.Text.Json;

namespace Rebalancer.Agent.Notices.Azure;

/// <summary>
/// Azure's notices: scheduled events of this machine, of which a preemption comes at least 30 s ahead. Azure waits until its NotBefore, or until it is told that
/// it need not. The first question ever turns the service on, which may take two minutes: until then it is one that does not answer.
/// </summary>
internal sealed class AzureNotices(MetadataClient client, TimeProvider time) : INoticeSource, IAcknowledgedNotices
{
    public const string MetadataHeader = "Metadata";

    private const string Events = "metadata/scheduledevents?api-version=2020-07-01";
    private const string Name = "metadata/instance/compute/name?api-version=2021-02-01&format=text";

    private readonly FirstSeen _started = new();
    private string? _machine;

    public Cloud Cloud => Cloud.Azure;

    /// <summary>As Azure recommends: of the 30 s that a preemption leaves, each counts.</summary>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    public async Task<bool> IsPresentAsync(CancellationToken cancellation)
    {
        try
        {
            return (await MachineAsync(cancellation)).Length > 0;
        }
        catch (MetadataUnavailableException)
        {
            return false;
        }
    }

    public async Task<NoticeReading> ReadAsync(CancellationToken cancellation)
    {
        var machine = await MachineAsync(cancellation);
        var body = await AskAsync(Events, cancellation);
        try
        {
            var (events, errors) = ScheduledEventsParser.Parse(body, machine);
            var now = time.GetUtcNow();
            var since = _started.Of(events.Any(e => e.NotBefore is null), now) ?? now;
            return events.Select(e => Notice(e, since))
                .Where(n => NoticeText.IsDue(n.At, now) || n.IsCounted)
                .Aggregate(new NoticeReading(), (all, notice) => all.With(notice))
                .WithBroken(errors);
        }
        catch (FormatException e)
        {
            return new NoticeReading().WithBroken(e.Message);
        }
    }

    public async Task AcknowledgeAsync(string eventId, CancellationToken cancellation)
    {
        var request = JsonSerializer.Serialize(new { StartRequests = new[] { new { EventId = eventId } } });
        var answer = await client.AskAsync(HttpMethod.Post, Events, MetadataHeader, "true", cancellation, request);
        if (answer.Status != HttpStatusCode.OK)
        {
            throw client.Unexpected(Events, answer);
        }
    }

    /// <summary>What has started may end the machine at any moment; one that was announced before keeps its instant on the node.</summary>
    private static NodeNotice Notice(ScheduledEvent e, DateTimeOffset since) => e.NotBefore is { } at
        ? new NodeNotice($"scheduled event: {e.Type}", at, EventId: e.Id)
        : new NodeNotice($"scheduled event: {e.Type}", NoticeText.WholeSeconds(since), IsCounted: true);

    private async Task<string> MachineAsync(CancellationToken cancellation) => _machine ??= (await AskAsync(Name, cancellation)).Trim() is { Length: > 0 } name
        ? name
        : throw new MetadataUnavailableException($"metadata service {client.Address}: {Name} answered without a name");

    private async Task<string> AskAsync(string path, CancellationToken cancellation)
    {
        var answer = await client.AskAsync(HttpMethod.Get, path, MetadataHeader, "true", cancellation);
        return answer.Status == HttpStatusCode.OK ? answer.Body : throw client.Unexpected(path, answer);
    }
}
