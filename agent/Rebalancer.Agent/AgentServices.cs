using System.Security.Cryptography;
using k8s;
using Rebalancer.Agent.Certificates;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Throttling;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent;

internal static class AgentServices
{
    public static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    public static void AddAgent(this WebApplicationBuilder builder, AgentOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Random>(new SharedRandom(RandomNumberGenerator.GetInt32(int.MaxValue)));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        // Signals are the command line's: the host's own answer to them would cut off every move at once.
        services.AddSingleton<IHostLifetime, SignalledLifetime>();
        services.AddCluster(options);
        services.AddMoves();
        services.AddNodeNetwork();
        services.AddNotices(options);
        services.AddLocalServer();
        services.AddHostedService<CertificateKeeper>();
        builder.AddPeers(options, options.IsEnrolled ? PeerCertificates.Await(options, TimeProvider.System) : PeerCertificates.Load(options));
    }

    private static void AddCluster(this IServiceCollection services, AgentOptions options)
    {
        services.AddSingleton<IKubernetes>(provider => ClusterConnection.Open(options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IClusterApi, ClusterApi>();
        services.AddSingleton<MigrationBook>();
        services.AddHostedService<MigrationWatcher>();
        services.AddSingleton<EndpointPublisher>().AddHostedService(provider => provider.GetRequiredService<EndpointPublisher>());
    }

    private static void AddMoves(this IServiceCollection services)
    {
        services.AddSingleton(_ => new ProcFolder());
        services.AddSingleton(_ => new Markers());
        services.AddSingleton(provider => new QuotaRecords(provider.GetRequiredService<ILogger<QuotaRecords>>()));
        services.AddSingleton<CriuVersion>();
        services.AddSingleton<SourcePreflight>();
        services.AddSingleton<TargetPreflight>();
        services.AddSingleton<IClaims, Claims>();
        services.AddSingleton(provider => new CopyPace(provider.GetRequiredService<AgentOptions>().CopyBytesPerSecond, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TrackerChoice>();
        services.AddSingleton<MoveServices>();
        services.AddSingleton(provider => new MoveRegistry(provider.GetRequiredService<MoveServices>(), provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TransferRehearsal>(provider, provider.GetRequiredService<MoveRegistry>()));
        services.AddSingleton<IMoveSinks>(provider => provider.GetRequiredService<TransferRehearsal>());
        services.AddHostedService(provider => provider.GetRequiredService<TransferRehearsal>());
        services.AddHostedService<MoveSupervisor>();
        services.AddHostedService<MarkerSweep>();
    }

    private static void AddLocalServer(this IServiceCollection services)
    {
        services.AddSingleton<ILocalHandler, LocalDispatcher>();
        services.AddHostedService(provider => new LocalServer(NodePaths.Socket, provider.GetRequiredService<ILocalHandler>(), provider.GetRequiredService<ILogger<LocalServer>>()));
    }
}
