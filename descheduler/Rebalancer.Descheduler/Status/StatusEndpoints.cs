using Prometheus;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Status;

/// <summary>/healthz, /readyz, /metrics and the ledger's reports, on their own port: nothing of a cluster's credentials is behind it.</summary>
internal static class StatusEndpoints
{
    /// <summary>Answered there, and nothing else is.</summary>
    private static readonly string[] Paths = ["/healthz", "/readyz", "/metrics", "/ledger"];

    public static void MapStatus(this WebApplication app, DeschedulerOptions options)
    {
        if (options.StatusListen is not { } listen) { return; }
        _ = app.Services.GetRequiredService<MigrationMetrics>();
        // By the port, and not by the Host header: the API server's proxy passes on the one that it was asked by.
        app.Use((context, next) =>
        {
            if (Array.Exists(Paths, path => context.Request.Path.StartsWithSegments(path)) == (context.Connection.LocalPort == listen.Port)) { return next(context); }
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/readyz", (ClusterCache cache, WebhookRegistration registration) => Ready(cache, registration));
        app.MapMetrics("/metrics");
        app.MapLedger();
    }

    private static IResult Ready(ClusterCache cache, WebhookRegistration registration)
    {
        var missing = Missing(cache.All, registration.Answers.IsCompletedSuccessfully);
        return missing.Length == 0 ? Results.Text("ok") : Results.Text(string.Join('\n', missing), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>All that keeps us from being ready.</summary>
    internal static string[] Missing(IEnumerable<IInformer> informers, bool doWebhooksAnswer)
    {
        var unread = informers.Where(informer => !informer.Synced.IsCompletedSuccessfully).Select(informer => informer.Resource.Plural).ToList();
        return
        [
            .. unread.Count > 0 ? [$"not read yet from the API server: {string.Join(", ", unread)}"] : Array.Empty<string>(),
            .. doWebhooksAnswer ? Array.Empty<string>() : ["the webhooks do not answer yet"],
        ];
    }
}
