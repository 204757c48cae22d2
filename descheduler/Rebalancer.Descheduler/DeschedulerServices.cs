using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Certificates;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Interruptions.Ahead;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Descheduler.Migratable;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Descheduler.Status;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler;

internal static class DeschedulerServices
{
    /// <summary>The whole controller: informers, moves, interruptions and the claim webhook.</summary>
    public static WebApplicationBuilder AddDescheduler(this WebApplicationBuilder builder, DeschedulerOptions options)
    {
        // Every probe would be four lines of the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Limits);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new InformerOptions { JitterSeed = Environment.ProcessId });
        services.AddSingleton(p => new k8s.Kubernetes(options.Api, new RetryAfterHandler(p.GetRequiredService<TimeProvider>())));
        services.AddSingleton<ApiClient>();
        services.AddSingleton<ClusterCache>();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<EventRecorder>(p, "rebalancer"));
        services.AddSingleton<PolicyLimits>();
        services.AddSingleton<MoveObserver>();
        services.AddSingleton<MoveExecutor>();
        services.AddSingleton<ClaimService>();
        services.AddSingleton<EvictionService>();
        services.AddSingleton(EvictionWebhook.Definition);
        // The last that is registered, as the one without which no move ends well.
        services.AddSingleton(ClaimWebhook.Definition);
        services.AddCertificates();
        services.AddSingleton<MigrationMetrics>();

        // Handlers are registered by the controllers' constructors, and so before the informers start.
        services.AddSingleton<Leadership>();
        services.AddSingleton<LeaderLoop>();
        services.AddHostedService(p => p.GetRequiredService<Leadership>());
        services.AddHostedService<MoveController>();
        services.AddHostedService<InterruptionController>();
        services.AddHostedService<AheadController>();
        services.AddHostedService<MigratableController>();
        services.AddHostedService<PolicyController>();
        services.AddHostedService<CapacityController>();
        services.AddRebalancing(options);
        services.AddLedger();
        services.AddHostedService<CacheService>();
        services.AddSingleton<WebhookRegistration>().AddHostedService(p => p.GetRequiredService<WebhookRegistration>());

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var certificates = kestrel.ApplicationServices.GetRequiredService<WebhookCertificates>();
            kestrel.Listen(options.WebhookListen, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificates.Current));
            if (options.StatusListen is { } status) { kestrel.Listen(status); }
        });
        return builder;
    }

    private static void AddRebalancing(this IServiceCollection services, DeschedulerOptions options)
    {
        services.AddSingleton(options.Plans);
        services.AddSingleton<PlanningSnapshot>();
        services.AddSingleton<Placeholders>();
        services.AddSingleton<PlanMaker>();
        services.AddSingleton<PlanMetrics>();
        services.AddSingleton<PlanWriter>();
        services.AddSingleton<Proposer>();
        services.AddSingleton(p => new NodeReleaser(p.GetRequiredService<ApiClient>(), new HttpClient()));
        services.AddHostedService<RebalanceController>();
        services.AddHostedService<ReleaseController>();
        services.AddHostedService<RealisedController>();
    }

    private static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerFile>();
        services.AddSingleton<LedgerMetrics>();
        services.AddSingleton<PodUse>();
        services.AddHostedService<LedgerKeeper>();
    }

    private static void AddCertificates(this IServiceCollection services)
    {
        services.AddSingleton<SecretStore>();
        services.AddSingleton<AgentAuthority>();
        services.AddSingleton<WebhookCertificates>().AddHostedService(p => p.GetRequiredService<WebhookCertificates>());
        services.AddHostedService<AgentSigner>();
    }
}
