using System.Net;

namespace Rebalancer.Kubernetes.Client;

/// <summary>
/// Sends a request again that the API server has put off: 429 or 503 with Retry-After says that it was not carried out and when to come back, for
/// instance while the storage of a new custom resource initialises. An eviction that a disruption budget refuses is a 429 without that header.
/// </summary>
public sealed class RetryAfterHandler(TimeProvider clock) : DelegatingHandler
{
    public const int MaximumAttempts = 10;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (attempt == MaximumAttempts || Wait(response) is not { } wait) { return response; }
            response.Dispose();
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private static TimeSpan? Wait(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)) { return null; }
        return response.Headers.RetryAfter?.Delta is { } asked ? (asked < LongestWait ? asked : LongestWait) : null;
    }
}
