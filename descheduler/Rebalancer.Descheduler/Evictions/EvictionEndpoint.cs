using Rebalancer.Descheduler.Webhook;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>POST /evict: the validating webhook of pods/eviction.</summary>
internal static class EvictionEndpoint
{
    public const string Path = "/evict";

    /// <summary>Below the webhook's 5 s, so that whoever evicts is told of a failure by us.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    public static void MapEviction(this WebApplication app)
        => app.MapWebhook(Path, (HttpContext context, EvictionService evictions, ILogger<EvictionService> logger)
            => AdmissionEndpoint.AnswerAsync(context, Path, Limit, logger, async (request, cancellation) => ToAnswer(request, await evictions.AnswerAsync(request, cancellation))));

    private static AdmissionAnswer ToAnswer(AdmissionRequest request, EvictionVerdict verdict) => verdict switch
    {
        EvictionVerdict.Pass pass => new AdmissionAnswer.Allow(Warning: pass.Warning),
        EvictionVerdict.Wait wait => new AdmissionAnswer.Deny(StatusCodes.Status429TooManyRequests, "TooManyRequests", wait.Message),
        EvictionVerdict.Gone => new AdmissionAnswer.Deny(StatusCodes.Status404NotFound, "NotFound", $"pods \"{request.Name}\" not found: the pod of that name has just been moved here"),
        _ => throw new InvalidOperationException($"unanswered verdict {verdict.GetType().Name}"),
    };
}
