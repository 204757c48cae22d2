using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Gcp;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Notices.Gcp;

public sealed class GceNoticesTests : IAsyncLifetime
{
    private const string Preempted = "computeMetadata/v1/instance/preempted";
    private const string Maintenance = "computeMetadata/v1/instance/maintenance-event";
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly Dictionary<string, string> _bodies = new() { [Preempted] = "FALSE", [Maintenance] = "NONE" };
    private LoopbackMetadata _metadata = null!;
    private GceNotices _notices = null!;

    public async Task InitializeAsync()
    {
        _metadata = await LoopbackMetadata.StartAsync();
        _metadata.Serve(GceNotices.FlavorHeader, GceNotices.Flavor, _bodies, GceNotices.FlavorHeader);
        _notices = new GceNotices(_metadata.Client(), _time);
    }

    public Task DisposeAsync() => _metadata.DisposeAsync().AsTask();

    [Fact]
    public async Task Read_WithoutANotice_IsCompleteAndEmpty()
    {
        var reading = await ReadAsync();
        Assert.True(reading.IsComplete);
        Assert.Null(reading.End);
        Assert.True(await _notices.IsPresentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Read_WhenPreempted_CountsThirtySecondsFromTheFirstLook()
    {
        _bodies[Preempted] = "TRUE\n";
        var first = await ReadAsync();
        _time.Advance(TimeSpan.FromSeconds(7));
        var repeated = await ReadAsync();
        Assert.Equal(new NodeNotice("spot instance: preempted", DateTimeOffset.Parse("2026-03-01T12:00:30Z", CultureInfo.InvariantCulture), IsCounted: true), first.End);
        Assert.Equal(first.End, repeated.End);

        // Withdrawn, and said again later: another notice.
        _bodies[Preempted] = "FALSE";
        Assert.Null((await ReadAsync()).End);
        _time.Advance(TimeSpan.FromSeconds(60));
        _bodies[Preempted] = "TRUE";
        Assert.Equal(_time.GetUtcNow().AddSeconds(30), (await ReadAsync()).End!.At);
    }

    [Theory]
    [InlineData("MIGRATE_ON_HOST_MAINTENANCE", null)]
    [InlineData("TERMINATE_ON_HOST_MAINTENANCE", 60)]
    public async Task Read_OfHostMaintenance_EndsOnlyAMachineThatIsNotMoved(string word, int? seconds)
    {
        _bodies[Maintenance] = word;
        Assert.Equal(seconds, (int?)((await ReadAsync()).End?.At - _time.GetUtcNow())?.TotalSeconds);
    }

    [Fact]
    public async Task Read_OfAWordThatIsNone_IsBrokenAndHidesNoNotice()
    {
        _bodies[Preempted] = "perhaps";
        _bodies[Maintenance] = "TERMINATE_ON_HOST_MAINTENANCE";
        var reading = await ReadAsync();
        Assert.NotNull(reading.End);
        Assert.Contains("'perhaps' is neither TRUE nor FALSE", Assert.Single(reading.Broken), StringComparison.Ordinal);
        Assert.False(reading.IsComplete);
    }

    [Fact]
    public async Task Read_WithoutMaintenanceEvents_IsIncomplete()
    {
        _bodies.Remove(Maintenance);
        _bodies[Preempted] = "TRUE";
        var reading = await ReadAsync();
        Assert.NotNull(reading.End);
        Assert.Contains("maintenance-event answered 404", Assert.Single(reading.Unanswered), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfAnotherService_IsNoAnswer()
    {
        _metadata.Serve(GceNotices.FlavorHeader, GceNotices.Flavor, _bodies);
        var failure = await Assert.ThrowsAsync<MetadataUnavailableException>(ReadAsync);
        Assert.Contains("without Metadata-Flavor: Google", failure.Message, StringComparison.Ordinal);
        Assert.False(await _notices.IsPresentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Read_OfASlowService_EndsAtTheLimit()
    {
        _metadata.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        var hasty = new GceNotices(_metadata.Client(TimeSpan.FromMilliseconds(50)), _time);
        var failure = await Assert.ThrowsAsync<MetadataUnavailableException>(() => hasty.ReadAsync(CancellationToken.None));
        Assert.Contains("no answer within 0.05 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfAServiceThatHangsUp_IsNoAnswer()
    {
        _metadata.Answer = context => { context.Abort(); return Task.CompletedTask; };
        await Assert.ThrowsAsync<MetadataUnavailableException>(ReadAsync);
    }

    [Fact]
    public async Task Read_OfAnEndlessBody_IsNoAnswer()
    {
        _bodies[Preempted] = new string('x', 1 << 20);
        await Assert.ThrowsAsync<MetadataUnavailableException>(ReadAsync);
    }

    [Fact]
    public async Task Watch_OfANotice_MarksTheNodeForThirtySeconds_AlsoThroughARestartOfTheAgent()
    {
        var node = new FakeNode();
        using var metrics = new NoticeMetrics();
        _bodies[Preempted] = "TRUE";
        await Watch(_notices).StepAsync(CancellationToken.None);
        Assert.Equal(("2026-03-01T12:00:30Z", "spot instance: preempted"), (node[Names.TerminatesAt], node[Names.TerminationReason]));

        _time.Advance(TimeSpan.FromSeconds(9));
        await Watch(new GceNotices(_metadata.Client(), _time)).StepAsync(CancellationToken.None);
        Assert.Equal(("2026-03-01T12:00:30Z", 1), (node[Names.TerminatesAt], node.Writes));

        _bodies[Preempted] = "FALSE";
        await Watch(_notices).StepAsync(CancellationToken.None);
        Assert.Null(node[Names.TerminatesAt]);

        NoticeWatch Watch(GceNotices notices) => new(notices, node, acknowledgement: null, new NoticeOptions(), metrics, new Random(1), _time, new LogLines<NoticeWatch>());
    }

    private Task<NoticeReading> ReadAsync() => _notices.ReadAsync(CancellationToken.None);
}
