namespace Rebalancer.Descheduler.Webhook;

/// <summary>POST /claim: the mutating webhook of pod creations. A pod that passes without being looked at is a normal replica, and the move times out.</summary>
internal static class ClaimEndpoint
{
    public const string Path = "/claim";

    /// <summary>Below the webhook's 2 s: an answer that comes later is thrown away, with the claim taken all the same.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(1700);

    public static void MapClaim(this WebApplication app)
        => app.MapWebhook(Path, (HttpContext context, ClaimService claims, ILogger<ClaimService> logger)
            => AdmissionEndpoint.AnswerAsync(context, Path, Limit, logger, async (request, cancellation) => new AdmissionAnswer.Allow(JsonPatch: await claims.AdmitAsync(request, cancellation))));
}
