using System.Net;
using System.Text.Json;
using Rebalancer.Lab.Metadata;

namespace Rebalancer.Lab.Tests.Metadata;

public sealed class MetadataServiceTests : IAsyncLifetime, IDisposable
{
    private const string InstanceAction = "/latest/meta-data/spot/instance-action";
    private readonly HttpClient http = new();
    private MetadataService service = null!;

    public async Task InitializeAsync()
    {
        var options = new MetadataOptions(new IPEndPoint(IPAddress.Loopback, 0), "i-1", "m7i.large", "us-east-1a", "spot");
        service = await MetadataService.StartAsync(options, TimeProvider.System, CancellationToken.None);
    }

    public async Task DisposeAsync() => await service.DisposeAsync();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task InstanceAction_WithoutToken_IsUnauthorized()
    {
        using var reply = await http.GetAsync(new Uri(service.Url, InstanceAction));
        Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
    }

    [Fact]
    public async Task InstanceAction_WithoutNotice_IsNotFound()
    {
        using var reply = await ReadAsync(InstanceAction);
        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
    }

    [Fact]
    public async Task InstanceAction_WithNotice_NamesActionAndTime()
    {
        var notice = service.RaiseNotice(TimeSpan.FromSeconds(120));
        using var reply = await ReadAsync(InstanceAction);
        using var body = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
        Assert.Equal("terminate", body.RootElement.GetProperty("action").GetString());
        var at = body.RootElement.GetProperty("time").GetDateTimeOffset();
        Assert.InRange((notice.At - at).TotalSeconds, 0, 1);
        Assert.EndsWith("Z", body.RootElement.GetProperty("time").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InstanceAction_Broken_IsNoJson()
    {
        service.Behaviour = MetadataBehaviour.BrokenBody;
        using var reply = await ReadAsync(InstanceAction);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        var body = await reply.Content.ReadAsStringAsync();
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
    }

    [Fact]
    public async Task Anything_Absent_FailsTheRequest()
    {
        service.Behaviour = MetadataBehaviour.Absent;
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(service.Url, InstanceAction)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("21601")]
    [InlineData("soon")]
    [InlineData("-5")]
    public async Task Token_BadTimeToLive_IsRefused(string ttl)
    {
        using var reply = await PutTokenAsync(ttl);
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
    }

    [Fact]
    public async Task InstanceType_WithToken_IsTheNodes()
    {
        using var reply = await ReadAsync("/latest/meta-data/instance-type");
        Assert.Equal("m7i.large", await reply.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null, false, HttpStatusCode.Forbidden, "")]
    [InlineData("Google", false, HttpStatusCode.OK, "FALSE")]
    [InlineData("Google", true, HttpStatusCode.OK, "TRUE")]
    public async Task Preempted_OfComputeEngine_IsOneWordForWhoShowsTheHeader(string? flavor, bool isRaised, HttpStatusCode status, string word)
    {
        var options = new MetadataOptions(new IPEndPoint(IPAddress.Loopback, 0), "1", "n2-standard-4", "europe-west3-a", "spot", MetadataCloud.Gce);
        await using var engine = await MetadataService.StartAsync(options, TimeProvider.System, CancellationToken.None);
        if (isRaised)
        {
            engine.RaiseNotice(TimeSpan.FromSeconds(30));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Url, "/computeMetadata/v1/instance/preempted"));
        request.Headers.TryAddWithoutValidation(MetadataService.FlavorHeader, flavor);
        using var reply = await http.SendAsync(request);
        Assert.Equal((status, word), (reply.StatusCode, await reply.Content.ReadAsStringAsync()));
        Assert.Equal(MetadataService.Flavor, Assert.Single(reply.Headers.GetValues(MetadataService.FlavorHeader)));
    }

    private async Task<HttpResponseMessage> ReadAsync(string path)
    {
        using var token = await PutTokenAsync("60");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Url, path));
        request.Headers.Add(MetadataService.TokenHeader, await token.Content.ReadAsStringAsync());
        return await http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> PutTokenAsync(string ttl)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(service.Url, "/latest/api/token"));
        request.Headers.Add(MetadataService.TokenTtlHeader, ttl);
        return await http.SendAsync(request);
    }
}
