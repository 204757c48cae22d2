using System.Security.Cryptography;
using k8s;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent;

internal static class AgentServices
{
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    public static void AddAgent(this WebApplicationBuilder builder, AgentOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Random>(new SharedRandom(RandomNumberGenerator.GetInt32(int.MaxValue)));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        services.AddCluster(options);
        services.AddMoves();
        services.AddNodeNetwork();
        services.AddNotices(options);
        services.AddLocalServer();
        services.AddPeers(options, builder.WebHost);
    }

    private static void AddCluster(this IServiceCollection services, AgentOptions options)
    {
        services.AddSingleton<IKubernetes>(_ => new k8s.Kubernetes(options.Kubeconfig is { } file
            ? KubernetesClientConfiguration.BuildConfigFromConfigFile(file)
            : KubernetesClientConfiguration.InClusterConfig()));
        services.AddSingleton<IClusterApi, ClusterApi>();
        services.AddSingleton<MigrationBook>();
        services.AddHostedService<MigrationWatcher>();
        services.AddHostedService<EndpointPublisher>();
    }

    private static void AddMoves(this IServiceCollection services)
    {
        services.AddSingleton(_ => new ProcFolder());
        services.AddSingleton(_ => new Markers());
        services.AddSingleton<CriuVersion>();
        services.AddSingleton<SourcePreflight>();
        services.AddSingleton<TargetPreflight>();
        services.AddSingleton<IClaims, Claims>();
        services.AddSingleton<MoveServices>();
        services.AddSingleton(provider => new MoveRegistry(provider.GetRequiredService<MoveServices>(), provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton<IMoveSinks>(provider => provider.GetRequiredService<MoveRegistry>());
        services.AddHostedService<MoveSupervisor>();
    }

    private static void AddLocalServer(this IServiceCollection services)
    {
        services.AddSingleton<ILocalHandler, LocalDispatcher>();
        services.AddHostedService(provider => new LocalServer(NodePaths.Socket, provider.GetRequiredService<ILocalHandler>(), provider.GetRequiredService<ILogger<LocalServer>>()));
    }

    private static void AddPeers(this IServiceCollection services, AgentOptions options, ConfigureWebHostBuilder web)
    {
        var certificates = PeerCertificates.Load(options);
        services.AddSingleton(certificates);
        services.AddSingleton<PeerChannels>();
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = TransferLimits.MessageBytes);
        web.UseKestrelHttpsConfiguration();
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.Http2.InitialStreamWindowSize = TransferLimits.StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = TransferLimits.ConnectionWindowBytes;
            kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
            kestrel.Limits.Http2.KeepAlivePingTimeout = PingDelay;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificates.Own;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (peer, _, _) => certificates.NodeOf(peer) is not null;
                });
            });
        });
    }
}
