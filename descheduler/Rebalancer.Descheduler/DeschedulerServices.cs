using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migratable;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Certificates;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler;

internal static class DeschedulerServices
{
    /// <summary>The webhook's certificate is made anew at every start, so it need not last.</summary>
    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(365);

    /// <summary>The whole controller: informers, moves, interruptions and the claim webhook.</summary>
    public static WebApplicationBuilder AddDescheduler(this WebApplicationBuilder builder, DeschedulerOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Limits);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new InformerOptions { JitterSeed = Environment.ProcessId });
        services.AddSingleton(p => new k8s.Kubernetes(options.Api, new RetryAfterHandler(p.GetRequiredService<TimeProvider>())));
        services.AddSingleton<ApiClient>();
        services.AddSingleton<ClusterCache>();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<EventRecorder>(p, "rebalancer"));
        services.AddSingleton<MoveObserver>();
        services.AddSingleton<MoveExecutor>();
        services.AddSingleton<ClaimService>();
        services.AddSingleton<EvictionService>();
        var authority = ClusterAuthority.Create("rebalancer-webhook-ca", CertificateLifetime, TimeProvider.System);
        services.AddSingleton(authority);

        // Handlers are registered by the controllers' constructors, and so before the informers start.
        services.AddSingleton<Leadership>();
        services.AddHostedService(p => p.GetRequiredService<Leadership>());
        services.AddHostedService<MoveController>();
        services.AddHostedService<InterruptionController>();
        services.AddHostedService<MigratableController>();
        services.AddHostedService<CacheService>();
        services.AddHostedService<WebhookRegistration>();

        string[] hosts = [options.WebhookListen.Address.ToString(), .. options.WebhookUrl is { } url ? [url.Host] : Array.Empty<string>()];
        var certificate = authority.Issue("rebalancer-webhook", hosts, CertificateLifetime, TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.WebhookListen, listen => listen.UseHttps(certificate)));
        return builder;
    }
}
