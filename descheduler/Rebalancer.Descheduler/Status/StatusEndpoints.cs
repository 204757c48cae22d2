using Prometheus;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Descheduler.Webhook;

namespace Rebalancer.Descheduler.Status;

/// <summary>/healthz, /readyz, /metrics and the ledger's reports, on their own port: nothing of a cluster's credentials is behind it.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this WebApplication app, DeschedulerOptions options)
    {
        if (options.StatusListen is not { } listen) { return; }
        _ = app.Services.GetRequiredService<MigrationMetrics>();
        var host = $"*:{listen.Port}";
        app.MapGet("/healthz", () => "ok").RequireHost(host);
        app.MapGet("/readyz", (ClusterCache cache, WebhookRegistration registration) => Ready(cache, registration)).RequireHost(host);
        app.MapMetrics("/metrics").RequireHost(host);
        app.MapLedger(host);
    }

    private static IResult Ready(ClusterCache cache, WebhookRegistration registration)
    {
        if (!cache.Synced.IsCompletedSuccessfully) { return NotReady("the cluster's objects are not read yet"); }
        return registration.Answers.IsCompletedSuccessfully ? Results.Text("ok") : NotReady("the webhooks do not answer yet");
    }

    private static IResult NotReady(string why) => Results.Text(why, statusCode: StatusCodes.Status503ServiceUnavailable);
}
