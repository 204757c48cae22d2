using Prometheus;
using Rebalancer.Agent.Cluster;

namespace Rebalancer.Agent.Health;

/// <summary>/healthz, /readyz and /metrics, on their own port.</summary>
internal static class HealthEndpoints
{
    public static void MapStatus(this WebApplication app, AgentOptions options)
    {
        if (options.StatusListen is not { } listen) { return; }
        var host = $"*:{listen.Port}";
        app.MapGet("/healthz", () => "ok").RequireHost(host);
        app.MapGet("/readyz", (EndpointPublisher publisher) => publisher.Published.IsCompletedSuccessfully
            ? Results.Text("ok")
            : Results.Text("other agents cannot find this one yet", statusCode: StatusCodes.Status503ServiceUnavailable)).RequireHost(host);
        app.MapMetrics("/metrics").RequireHost(host);
    }
}
