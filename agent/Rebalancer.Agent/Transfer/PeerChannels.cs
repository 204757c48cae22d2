using System.Net;
using Grpc.Net.Client;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Transfer;

/// <summary>Makes gRPC channels to other agents: mTLS, and pings that notice a cut link within two seconds.</summary>
internal sealed class PeerChannels(PeerCertificates certificates)
{
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(1);
    /// <summary>Nothing is frozen yet, and the first handshake of a busy node takes its time.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ImagesLimit = TimeSpan.FromSeconds(5);

    /// <param name="endpoint">"IP:PORT" as the node's agent published it.</param>
    /// <param name="node">Name that the server's certificate must have.</param>
    public GrpcChannel To(string endpoint, string node) => GrpcChannel.ForAddress($"https://{endpoint}", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = certificates.ForClientOf(node),
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

    /// <summary>Opens the image stream of a move that the target has accepted.</summary>
    /// <exception cref="MoveException">Nobody takes images there.</exception>
    public async Task<ImageStream> ImagesAsync(string endpoint, string node, PeerSession session, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ImagesLimit);
        try
        {
            return await ImageStream.ConnectAsync(IPEndPoint.Parse(endpoint).Address.ToString(), await session.Accepted, certificates.ForClientOf(node), session.Lost, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new MoveException(Reasons.PeerUnreachable, $"the agent of node {node} took no image stream within {ImagesLimit.TotalSeconds} s", inner: e);
        }
    }
}
