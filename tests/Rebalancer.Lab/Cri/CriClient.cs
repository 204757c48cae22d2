using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace Rebalancer.Lab.Cri;

/// <summary>A connection to a node's containerd over its unix socket.</summary>
public sealed class CriClient : IDisposable
{
    private const int MessageLimitBytes = 16 * 1024 * 1024;

    private readonly GrpcChannel channel;

    /// <param name="socketPath">As the lab sees it, under the node's root.</param>
    public CriClient(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MessageLimitBytes });
        Runtime = new RuntimeService.RuntimeServiceClient(channel);
        Images = new ImageService.ImageServiceClient(channel);
    }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    public ImageService.ImageServiceClient Images { get; }

    /// <summary>Whether containerd answers and both its runtime and its network are ready.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            var reply = await Runtime.StatusAsync(new StatusRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2), cancellationToken: cancel);
            return reply.Status.Conditions.All(condition => condition.Status);
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested && error.StatusCode is StatusCode.Unavailable or StatusCode.Unimplemented or StatusCode.DeadlineExceeded or StatusCode.Unknown or StatusCode.Internal)
        {
            // Still starting: no socket yet, or the CRI service is not registered yet.
            return false;
        }
    }

    public void Dispose() => channel.Dispose();
}
