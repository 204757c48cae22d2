using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Rebalancer.Agent.Local.Criu.Images;

namespace Rebalancer.Agent.Host;

/// <summary>What the container runtime says of itself over CRI (runtime.v1.RuntimeService/Status).</summary>
/// <param name="IsReady">Its condition RuntimeReady.</param>
/// <param name="Handlers">Names of its runtime handlers.</param>
internal sealed record CriStatus(bool IsReady, IReadOnlyCollection<string> Handlers)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Status = new(MethodType.Unary, "runtime.v1.RuntimeService", "Status", Raw, Raw);
    /// <summary>StatusRequest{verbose: true}: runtimes that do not list their handlers show them in their configuration.</summary>
    private static readonly byte[] Verbose = [0x08, 0x01];

    /// <returns>Null: it does not answer.</returns>
    public static async Task<CriStatus?> ReadAsync(string socketPath, TimeProvider clock, CancellationToken cancellation)
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
        });
        try
        {
            var options = new CallOptions(deadline: (clock.GetUtcNow() + Limit).UtcDateTime, cancellationToken: cancellation);
            return Parse(await channel.CreateCallInvoker().AsyncUnaryCall(Status, null, options, Verbose));
        }
        catch (RpcException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>StatusResponse: 1 status, 2 info (a map), 3 runtime_handlers.</summary>
    /// <exception cref="InvalidDataException">That is no message.</exception>
    public static CriStatus Parse(ReadOnlySpan<byte> response)
    {
        var handlers = new SortedSet<string>(StringComparer.Ordinal);
        var isReady = false;
        for (var reader = new WireReader(response); reader.Next();)
        {
            switch (reader.Field)
            {
                case 1: isReady = IsRuntimeReady(reader.Content); break;
                case 2 when Entry(reader.Content) is ("config", var json): handlers.UnionWith(Configured(json)); break;
                case 3: handlers.Add(Text(reader.Content, 1)); break;
                default: break;
            }
        }

        handlers.Remove("");
        return new CriStatus(isReady, handlers);
    }

    private static bool IsRuntimeReady(ReadOnlySpan<byte> status)
    {
        for (var reader = new WireReader(status); reader.Next();)
        {
            if (reader.Field != 1 || Text(reader.Content, 1) != "RuntimeReady") { continue; }
            for (var condition = new WireReader(reader.Content); condition.Next();)
            {
                if (condition.Field == 2) { return condition.Value != 0; }
            }
        }

        return false;
    }

    private static (string Key, string Value) Entry(ReadOnlySpan<byte> entry) => (Text(entry, 1), Text(entry, 2));

    private static string Text(ReadOnlySpan<byte> message, int field)
    {
        for (var reader = new WireReader(message); reader.Next();)
        {
            if (reader.Field == field && reader.Kind == WireReader.Bytes) { return Encoding.UTF8.GetString(reader.Content); }
        }

        return "";
    }

    private static IEnumerable<string> Configured(string json)
    {
        try
        {
            return JsonNode.Parse(json)?["containerd"]?["runtimes"] is JsonObject runtimes ? [.. runtimes.Select(each => each.Key)] : [];
        }
        catch (JsonException)
        {
            // For people to read, and so without a promise of its form.
            return [];
        }
    }
}
