using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>POST /claim: AdmissionReview in, AdmissionReview out.</summary>
internal static partial class ClaimEndpoint
{
    public const string Path = "/claim";

    /// <summary>Below the webhook's 2 s: an answer that comes later is thrown away, with the claim taken all the same.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(1700);

    public static void MapClaim(this WebApplication app) => app.MapPost(Path, HandleAsync);

    private static async Task<IResult> HandleAsync(HttpContext context, ClaimService claims, ILogger<ClaimService> logger)
    {
        AdmissionRequest request;
        try
        {
            request = AdmissionRequest.Parse(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return Results.BadRequest(e.Message);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Limit);
        try
        {
            return Answer(request, await claims.AdmitAsync(request, limit.Token));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or TimeoutException)
        {
            // The pod is a normal replica then, and the move times out.
            Passed(logger, request.Namespace, request.Uid, e.Message);
            return Answer(request, null);
        }
    }

    private static IResult Answer(AdmissionRequest request, string? patch)
        => Results.Text(request.Allow(patch).ToJsonString(), "application/json");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod creation in {Namespace} (request {Uid}) passed without looking for a claim: {Cause}")]
    private static partial void Passed(ILogger logger, string @namespace, string uid, string cause);
}
