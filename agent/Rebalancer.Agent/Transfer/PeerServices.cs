using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Transfer;

internal static class PeerServices
{
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);

    /// <summary>The mTLS endpoint for other agents, and what calls theirs.</summary>
    public static void AddPeers(this WebApplicationBuilder builder, AgentOptions options, PeerCertificates certificates)
    {
        builder.Services.AddSingleton(certificates);
        builder.Services.AddSingleton<PeerChannels>();
        builder.Services.AddSingleton<PeerDoor>();
        builder.Services.AddSingleton<ImageTickets>();
        builder.Services.AddHostedService<ImageListener>();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = TransferLimits.MessageBytes);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A checkpoint is as large as the pod's memory, and a pod that waits for its commit sends nothing: the pings tell whether the peer lives.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = TransferLimits.ConnectionCalls;
            kestrel.Limits.Http2.InitialStreamWindowSize = TransferLimits.StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = TransferLimits.ConnectionWindowBytes;
            kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
            kestrel.Limits.Http2.KeepAlivePingTimeout = PingDelay;
            kestrel.Listen(options.Listen, listen => ListenMutually(listen, certificates, kestrel.ApplicationServices.GetRequiredService<PeerDoor>()));
            if (options.StatusListen is { } status) { kestrel.Listen(status, listen => listen.Protocols = HttpProtocols.Http1); }
        });
    }

    private static void ListenMutually(ListenOptions listen, PeerCertificates certificates, PeerDoor door)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(door.Outer);
        listen.UseHttps(https =>
        {
            https.HandshakeTimeout = TransferLimits.GreetingLimit;
            https.ServerCertificateSelector = (_, _) => certificates.Own;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (peer, _, _) => certificates.NodeOf(peer) is not null;
        });
        listen.Use(door.Inner);
    }
}
