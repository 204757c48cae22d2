using System.Net;
using Rebalancer.Agent.Notices.Aws;

namespace Rebalancer.Agent.Tests.Notices;

/// <summary>A metadata service in memory: tokens that can be forgotten, a body or none, and absence.</summary>
internal sealed class FakeMetadata : HttpMessageHandler
{
    private int _tokens;

    public string? Body { get; set; }

    /// <summary>Of the recommendation to leave; null: 404.</summary>
    public string? Recommendation { get; set; }

    /// <summary>Of scheduled maintenance; null: 404.</summary>
    public string? Maintenance { get; set; }

    /// <summary>Only the spot action is answered.</summary>
    public bool HidesTheRest { get; set; }

    public bool Absent { get; set; }

    public bool Hangs { get; set; }

    public HttpStatusCode TokenStatus { get; set; } = HttpStatusCode.OK;

    public int TokensGiven => _tokens;

    public int Reads { get; private set; }

    public void ForgetToken() => ValidToken = "";

    private string ValidToken { get; set; } = "";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        if (Absent)
        {
            throw new HttpRequestException("Connection refused");
        }

        return request switch
        {
            { Method.Method: "PUT", RequestUri.AbsolutePath: "/latest/api/token" } => Token(request),
            { Method.Method: "GET", RequestUri.AbsolutePath: "/latest/meta-data/spot/instance-action" } => Action(request),
            { Method.Method: "GET" } when HidesTheRest => new HttpResponseMessage(HttpStatusCode.InternalServerError),
            { Method.Method: "GET", RequestUri.AbsolutePath: "/latest/meta-data/events/recommendations/rebalance" } => Document(Recommendation),
            { Method.Method: "GET", RequestUri.AbsolutePath: "/latest/meta-data/events/maintenance/scheduled" } => Document(Maintenance),
            _ => new HttpResponseMessage(HttpStatusCode.BadRequest),
        };
    }

    private HttpResponseMessage Token(HttpRequestMessage request)
    {
        Assert.Equal("21600", Assert.Single(request.Headers.GetValues(Imds.TokenLifeHeader)));
        ValidToken = $"token-{++_tokens}";
        return new HttpResponseMessage(TokenStatus) { Content = new StringContent(ValidToken) };
    }

    private HttpResponseMessage Action(HttpRequestMessage request)
    {
        if (Assert.Single(request.Headers.GetValues(Imds.TokenHeader)) != ValidToken)
        {
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        }

        Reads++;
        return Document(Body);
    }

    private static HttpResponseMessage Document(string? body)
        => body is null ? new HttpResponseMessage(HttpStatusCode.NotFound) : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) };
}
