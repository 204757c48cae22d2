using System.Net.Sockets;
using System.Text.Json;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Admission;

/// <summary>Where a webhook is: its URL, or for a service the first ready address of the service's EndpointSlices (the double has no kube-proxy).</summary>
internal sealed class ServiceResolver(ObjectStore store)
{
    private const int HttpsPort = 443;
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    public static string UrlOf(JsonElement webhook)
    {
        if (webhook.Text("clientConfig", "url") is { } url)
        {
            return url;
        }

        var service = webhook.At("clientConfig", "service") ?? throw new WebhookCallException("clientConfig has neither url nor service");
        var port = service.Number("port") ?? HttpsPort;
        return $"https://{service.Text("name")}.{service.Text("namespace")}.svc:{port}/{(service.Text("path") ?? "").TrimStart('/')}";
    }

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = EndpointOf(context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private (string Host, int Port) EndpointOf(string host, int port)
    {
        if (host.Split('.') is not [var name, var ns, "svc"])
        {
            return (host, port);
        }

        var slices = store.List(Known.EndpointSlices).Objects.Values
            .Where(s => s.Key.Namespace == ns && s.Root.Text("metadata", "labels", ServiceNameLabel) == name);
        foreach (var slice in slices)
        {
            var address = slice.Root.Items("endpoints").Where(e => e.At("conditions", "ready") is not { ValueKind: JsonValueKind.False })
                .SelectMany(e => e.Items("addresses")).Select(a => a.GetString()).FirstOrDefault();
            if (address is not null && slice.Root.Items("ports").Select(p => p.Number("port")).FirstOrDefault() is { } target)
            {
                return (address, (int)target);
            }
        }

        throw new SocketException((int)SocketError.HostUnreachable, $"no endpoints available for service \"{name}\" in namespace \"{ns}\"");
    }
}
