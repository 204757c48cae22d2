using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>GET from the node: any status from 200 to 399 is a success. No connection is kept, certificates are not checked, redirects are not followed.</summary>
internal sealed class HttpProbe : IDisposable
{
    private readonly HttpClient client;

    [SuppressMessage("Security", "CA5359", Justification = "A probe asks whether the pod answers, not who it is; kubelet checks no certificate either.")]
    public HttpProbe(NodeSockets sockets)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            ConnectCallback = async (context, cancel) =>
            {
                var socket = await sockets.TcpAsync();
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <param name="ports">Of the container, to find a named port.</param>
    public async Task<ProbeOutcome> ProbeAsync(V1HTTPGetAction get, string? podAddress, IList<V1ContainerPort> ports, TimeSpan limit, CancellationToken cancel)
    {
        if ((get.Host ?? podAddress) is not { Length: > 0 } host || ProbePort.Of(get.Port, ports) is not { } port)
        {
            return ProbeOutcome.Unknown($"no address or port {get.Port}");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{(get.Scheme ?? "HTTP").ToLowerInvariant()}://{host}:{port}/{(get.Path ?? "").TrimStart('/')}"));
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.36");
        request.Headers.ConnectionClose = true;
        foreach (var header in get.HttpHeaders ?? [])
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        return await SendAsync(request, deadline.Token, cancel);
    }

    public void Dispose() => client.Dispose();

    private async Task<ProbeOutcome> SendAsync(HttpRequestMessage request, CancellationToken limited, CancellationToken cancel)
    {
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited);
            return answer.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.BadRequest
                ? ProbeOutcome.Success
                : ProbeOutcome.Failure($"HTTP probe failed with statuscode: {(int)answer.StatusCode}");
        }
        catch (HttpRequestException error)
        {
            return ProbeOutcome.Failure($"Get \"{request.RequestUri}\": {error.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"Get \"{request.RequestUri}\": context deadline exceeded");
        }
    }
}
