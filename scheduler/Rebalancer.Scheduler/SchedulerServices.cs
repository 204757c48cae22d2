using Prometheus;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Scheduler.Cluster;
using Rebalancer.Scheduler.Extender;
using Rebalancer.Scheduler.Publishing;

namespace Rebalancer.Scheduler;

internal static class SchedulerServices
{
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5);

    /// <summary>kube-scheduler is near and waits no longer than its httpTimeout; who sends slower than this is none.</summary>
    private static readonly Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate LeastRate = new(bytesPerSecond: 10_000, gracePeriod: TimeSpan.FromSeconds(2));

    /// <summary>The whole extender: informers, the index, answers, and the publishing of nodes' figures.</summary>
    public static WebApplicationBuilder AddScheduler(this WebApplicationBuilder builder, SchedulerOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Policy);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new InformerOptions { JitterSeed = Environment.ProcessId });
        services.AddSingleton(p => new k8s.Kubernetes(options.Api, new RetryAfterHandler(p.GetRequiredService<TimeProvider>())));
        services.AddSingleton<ApiClient>();
        services.AddSingleton<ClusterCache>();
        services.AddSingleton<IndexKeeper>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<PodSource>();
        services.AddSingleton<SchedulerMetrics>();
        services.AddSingleton<ExtenderEndpoints>();
        if (options.Publishing is { } lease)
        {
            services.AddSingleton(lease);
            services.AddSingleton<LeaseHolder>();

            // Its constructor registers for changes, and so stands before the informers' start.
            services.AddHostedService<NodePublisher>();
        }

        services.AddHostedService<CacheService>();

        // A line for each request would cost more than its answer.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MinRequestBodyDataRate = LeastRate;
            kestrel.Listen(options.Listen, listen =>
            {
                if (options.Certificate is { } certificate) { listen.UseHttps(certificate); }
            });
        });
        return builder;
    }

    public static WebApplication MapScheduler(this WebApplication app)
    {
        app.Services.GetRequiredService<ExtenderEndpoints>().Map(app);
        if (app.Services.GetRequiredService<SchedulerOptions>().Bind)
        {
            app.MapBind();
        }

        app.MapGet("/healthz", () => "ok");
        app.MapGet("/readyz", (Readiness readiness) => readiness.IsReady ? Results.Text("ok") : Results.Text("the caches are not filled yet, or too far behind", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapMetrics("/metrics", app.Services.GetRequiredService<SchedulerMetrics>().Registry);
        return app;
    }
}
