using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Transfer;

/// <summary>The real endpoint of an agent on loopback, with a sink that stores images in a folder.</summary>
internal sealed class PeerServer : IAsyncDisposable, IMoveSink
{
    private readonly WebApplication app;
    private ImageReceiver? receiver;
    private Action<MoveReply>? reply;

    private PeerServer(WebApplication app) => this.app = app;

    /// <summary>Whose images may come; none: files lie in the folder itself.</summary>
    public string[] Containers { get; set; } = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("received-").FullName;
    public string Endpoint { get; private set; } = "";
    public int ImagesPort => app.Services.GetRequiredService<ImageTickets>().Port;
    public ConcurrentQueue<string> Peers { get; } = new();
    public TaskCompletionSource<Exception?> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<PeerServer> StartAsync(AgentOptions options, params string[] knownNodes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        PeerServer? server = null;
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IClusterApi>(new FakeClusterApi { Nodes = [.. knownNodes] });
        builder.Services.AddSingleton<IMoveSinks>(_ => new Sinks(() => server!));
        builder.Services.AddSingleton<CriuVersion>();
        builder.AddPeers(options, PeerCertificates.Load(options));
        var app = builder.Build();
        server = new PeerServer(app);
        app.MapGrpcService<NodeAgentService>();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Endpoint = new Uri(address).Authority;
        return server;
    }

    public static IPEndPoint Loopback => new(IPAddress.Loopback, 0);

    /// <summary>Somebody at another address who connects, and says nothing.</summary>
    public static async Task<TcpClient> StrangerAsync(IPEndPoint port)
    {
        var stranger = new TcpClient(new IPEndPoint(IPAddress.Parse("127.0.0.66"), 0));
        await stranger.ConnectAsync(port);
        return stranger;
    }

    public void Open(Hello hello, Action<MoveReply> answer)
    {
        receiver = new ImageReceiver(Folder, Containers, Folder, hello.EstimatedBytes);
        reply = answer;
    }

    /// <summary>Whatever a target may say.</summary>
    public void Say(MoveReply something) => reply!(something);

    public void Take(MoveFrame frame)
    {
    }

    public void Write(string path, long offset, ReadOnlySpan<byte> data) => receiver!.Write(path, offset, data);

    /// <summary>Open from the manifest on, where pages are late.</summary>
    public LateStore? Late { get; private set; }

    public bool WritePages(string process, ulong address, ReadOnlySpan<byte> data)
    {
        if (Late is null)
        {
            receiver!.WritePages(process, address, data);
            return true;
        }
        LateOrder.Enqueue(address);
        Late.Write(1, address, data);
        if (!Late.IsComplete) { return true; }
        reply!(new MoveReply { Filled = new Filled() });
        return false;
    }

    /// <summary>First addresses of what came late.</summary>
    public ConcurrentQueue<ulong> LateOrder { get; } = new();

    public void Announce(string process, PageRange late) => receiver!.Announce(process, late);

    public bool Store(Manifest manifest)
    {
        receiver!.Complete(manifest);
        Late = LateStore.TryOpen(Path.Combine(Folder, "web"));
        reply!(new MoveReply { ImagesStored = new ImagesStored { Bytes = receiver.Bytes } });
        return Late is not null;
    }

    public Task CloseAsync(Exception? fault, CancellationToken cancellation)
    {
        receiver?.Dispose();
        Closed.TrySetResult(fault);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Late?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class Sinks(Func<PeerServer> server) : IMoveSinks
    {
        public Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation)
        {
            server().Peers.Enqueue(peerNode);
            return hello.MigrationUid == "known" ? Task.FromResult<IMoveSink>(server()) : throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationUid} is not known here");
        }
    }
}
