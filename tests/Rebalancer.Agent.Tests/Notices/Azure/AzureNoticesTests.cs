using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Azure;

namespace Rebalancer.Agent.Tests.Notices.Azure;

public sealed class AzureNoticesTests : IAsyncLifetime
{
    private const string EventsPath = "metadata/scheduledevents?api-version=2020-07-01";
    private const string NamePath = "metadata/instance/compute/name?api-version=2021-02-01&format=text";
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly Dictionary<string, string> _bodies = new() { [NamePath] = "pool_7", [EventsPath] = Document() };
    private LoopbackMetadata _metadata = null!;
    private AzureNotices _notices = null!;

    public async Task InitializeAsync()
    {
        _metadata = await LoopbackMetadata.StartAsync();
        _metadata.Serve(AzureNotices.MetadataHeader, "true", _bodies);
        _notices = new AzureNotices(_metadata.Client(), _time);
    }

    public Task DisposeAsync() => _metadata.DisposeAsync().AsTask();

    [Fact]
    public async Task Read_WithoutEvents_IsCompleteAndEmpty()
    {
        var reading = await ReadAsync();
        Assert.True(reading.IsComplete);
        Assert.Null(reading.End);
    }

    [Theory]
    [InlineData("Preempt")]
    [InlineData("Reboot")]
    [InlineData("Redeploy")]
    [InlineData("Terminate")]
    public async Task Read_OfAnEventOfThisMachine_IsANotice(string type)
    {
        _bodies[EventsPath] = Document(Event(type, "pool_3", "Sun, 01 Mar 2026 12:00:10 GMT"), Event(type, "POOL_7", "Sun, 01 Mar 2026 12:00:30 GMT"));
        Assert.Equal(new NodeNotice($"scheduled event: {type}", _time.GetUtcNow().AddSeconds(30), EventId: "e-POOL_7"), (await ReadAsync()).End);
    }

    [Theory]
    [InlineData("Preempt", "pool_3")]
    [InlineData("Freeze", "pool_7")]
    public async Task Read_OfWhatDoesNotEndThisMachine_IsNone(string type, string machine)
    {
        _bodies[EventsPath] = Document(Event(type, machine, "Sun, 01 Mar 2026 12:00:30 GMT"));
        var reading = await ReadAsync();
        Assert.True(reading.IsComplete);
        Assert.Null(reading.End);
    }

    [Fact]
    public async Task Read_OfWhatHasStarted_CountsFromTheFirstLook()
    {
        _bodies[EventsPath] = Document(Event("Preempt", "pool_7", "", "Started"));
        var first = await ReadAsync();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(first.End, (await ReadAsync()).End);
        Assert.True(first.End is { IsCounted: true, EventId: null });
    }

    [Fact]
    public async Task Read_OfEventsThatAreWrong_NamesAllAndHidesNoOther()
    {
        _bodies[EventsPath] = Document(
            """{"EventId":"","EventType":"Explode","EventStatus":"Dreamt","Resources":["pool_7"],"NotBefore":"soon"}""",
            """{"EventId":"x","EventType":"Preempt","EventStatus":"Scheduled","NotBefore":"Sun, 01 Mar 2026 12:00:30 GMT"}""",
            Event("Preempt", "pool_7", "Sun, 01 Mar 2026 12:00:40 GMT"));
        var reading = await ReadAsync();
        Assert.Equal("e-pool_7", reading.End?.EventId);
        string[] expected = ["no text 'EventId'", "EventType 'Explode' is unknown", "EventStatus 'Dreamt'", "NotBefore 'soon'", "no list 'Resources'"];
        Assert.All(expected, e => Assert.Contains(reading.Broken, broken => broken.Contains(e, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Events":{}}""")]
    public async Task Read_OfNoDocument_IsBroken(string body)
    {
        _bodies[EventsPath] = body;
        Assert.Single((await ReadAsync()).Broken);
    }

    [Fact]
    public async Task Read_WithoutAName_IsNoAnswer()
    {
        _bodies[NamePath] = " ";
        await Assert.ThrowsAsync<MetadataUnavailableException>(ReadAsync);
        Assert.False(await _notices.IsPresentAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Acknowledge_NamesTheEvent()
    {
        var (method, body) = ("", "");
        _metadata.Answer = async context =>
        {
            method = context.Request.Method + " " + context.Request.Path;
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        };
        await _notices.AcknowledgeAsync("e-1", CancellationToken.None);
        Assert.Equal(("POST /metadata/scheduledevents", """{"StartRequests":[{"EventId":"e-1"}]}"""), (method, body));

        _metadata.Answer = context => { context.Response.StatusCode = StatusCodes.Status400BadRequest; return Task.CompletedTask; };
        await Assert.ThrowsAsync<MetadataUnavailableException>(() => _notices.AcknowledgeAsync("e-1", CancellationToken.None));
    }

    private Task<NoticeReading> ReadAsync() => _notices.ReadAsync(CancellationToken.None);

    private static string Document(params string[] events) => $$"""{"DocumentIncarnation":1,"Events":[{{string.Join(',', events)}}]}""";

    private static string Event(string type, string machine, string notBefore, string status = "Scheduled")
        => $$"""{"EventId":"e-{{machine}}","EventType":"{{type}}","ResourceType":"VirtualMachine","Resources":["{{machine}}"],"EventStatus":"{{status}}","NotBefore":"{{notBefore}}","EventSource":"Platform"}""";
}
