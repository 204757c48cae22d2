using System.Net.Security;
using Grpc.Net.Client;

namespace Rebalancer.Agent.Transfer;

/// <summary>Makes gRPC channels to other agents: mTLS, and pings that notice a cut link within two seconds.</summary>
internal sealed class PeerChannels(PeerCertificates certificates)
{
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);

    /// <param name="endpoint">"IP:PORT" as the node's agent published it.</param>
    /// <param name="node">Name that the server's certificate must have.</param>
    public GrpcChannel To(string endpoint, string node) => GrpcChannel.ForAddress($"https://{endpoint}", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [certificates.Own],
                RemoteCertificateValidationCallback = certificates.IsNode(node),
            },
            ConnectTimeout = ConnectLimit,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingLimit,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = false,
            UseProxy = false,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = TransferLimits.MessageBytes,
    });
}
