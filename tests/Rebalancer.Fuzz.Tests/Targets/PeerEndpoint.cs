using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Agent.Tests.Transfer;
using Rebalancer.Agent.Transfer;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>
/// The endpoint of node n2's agent, as the agent itself sets it up, on loopback, with moves that store nothing. Node n1 has a good certificate and is hostile;
/// node n3 has a connection of its own all the time, and feels nothing of it.
/// </summary>
internal sealed class PeerEndpoint : IDisposable
{
    /// <summary>Of every wait: far beyond what the endpoint allows anybody.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private const string Node = "n2", Hostile = "n1", Bystander = "n3";
    private const long BaseBytes = 32L << 20;
    private const long BytesPerByte = 50;
    private const int CallsBetweenCollections = 64;
    private static readonly Lazy<PeerEndpoint> Started = new(() => StartAsync().GetAwaiter().GetResult());
    private readonly Faults faults = new();
    private readonly TestAuthority authority = new();
    private readonly PeerCertificates hostile, bystander;
    private readonly WebApplication app;
    private NodeAgent.NodeAgentClient beside = null!;
    private long active;
    private int played;

    private PeerEndpoint()
    {
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        (hostile, bystander) = (PeerCertificates.Load(authority.Issue(Hostile, any)), PeerCertificates.Load(authority.Issue(Bystander, any)));
        app = Build(authority.Issue(Node, any) with { Criu = authority.Criu() });
        TaskScheduler.UnobservedTaskException += (_, e) => faults.Add($"nobody saw {e.Exception}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    public IPEndPoint Address { get; private set; } = null!;

    /// <summary>One for all tests: what an input leaves behind is met by those after it.</summary>
    public static PeerEndpoint Instance => Started.Value;

    /// <summary>Sends what a hostile node sends, on a connection of its own, and hangs up once it has its answers, or waits until it is hung up on.</summary>
    /// <exception cref="BrokenRuleException">The endpoint hung, was noisy or greedy, or has no ear for others any more.</exception>
    public async Task<PeerAnswer> PlayAsync(byte[] input, bool waits = false)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var answer = await HostileConnection.PlayAsync(Address, hostile.ForClientOf(Node), input, waits);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        if (allocated > BaseBytes + (BytesPerByte * input.Length)) { throw new BrokenRuleException($"{allocated} bytes allocated for {input.Length} of input"); }
        await CheckAsync();
        return answer;
    }

    public void Dispose()
    {
        faults.Dispose();
        hostile.Dispose();
        bystander.Dispose();
        authority.Dispose();
    }

    private static async Task<PeerEndpoint> StartAsync()
    {
        var endpoint = new PeerEndpoint();
        await endpoint.app.StartAsync();
        var address = new Uri(endpoint.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        endpoint.Address = IPEndPoint.Parse(address.Authority);
        endpoint.beside = new NodeAgent.NodeAgentClient(new PeerChannels(endpoint.bystander).To(address.Authority, Node));
        await endpoint.CheckAsync();
        return endpoint;
    }

    private WebApplication Build(AgentOptions options)
    {
        var builder = AgentHost.NewBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Error).AddProvider(faults);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<CriuVersion>();
        builder.Services.AddSingleton<IClusterApi>(new FakeClusterApi { Nodes = [Hostile, Bystander] });
        builder.Services.AddSingleton<IMoveSinks>(new Sinks());
        builder.AddPeers(options, PeerCertificates.Load(options));
        var built = builder.Build();
        built.Use(async (_, next) =>
        {
            Interlocked.Increment(ref active);
            try { await next(); }
            finally { Interlocked.Decrement(ref active); }
        });
        built.MapGrpcService<NodeAgentService>();
        return built;
    }

    /// <summary>No call of the hostile node is left over, nothing went wrong unseen, and another node is answered on the connection that it had before.</summary>
    private async Task CheckAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (Interlocked.Read(ref active) > 0)
        {
            if (limit.IsCancellationRequested) { throw new BrokenRuleException($"{Interlocked.Read(ref active)} calls go on though their caller has gone"); }
            await Task.Yield();
        }
        if ((await beside.ProbeAsync(new ProbeRequest(), cancellationToken: limit.Token)).Node != Node) { throw new BrokenRuleException("another node was answered wrongly"); }
        if (++played % CallsBetweenCollections == 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        if (faults.TryTake() is { } fault) { throw new BrokenRuleException(fault); }
    }

    /// <summary>What the endpoint thinks is its own fault.</summary>
    private sealed class Faults : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> kept = new();

        public void Add(string fault) => kept.Enqueue(fault);

        public string? TryTake() => kept.TryDequeue(out var fault) ? fault : null;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !IsRefusal(eventId, exception)) { Add($"{eventId.Name}: {formatter(state, exception)} {exception}"); }
        }

        public void Dispose()
        {
        }

        /// <summary>
        /// gRPC reads the only message of a call itself, and logs what it makes of one that is none; Kestrel logs it where it hangs up on a flood, and where it finds that it has
        /// forgotten a connection that is closed. What we would have left hanging there is seen by the calls that go on.
        /// </summary>
        private static bool IsRefusal(EventId what, Exception? exception) => what.Name is "Http2QueueOperationsExceeded" or "ApplicationNeverCompleted"
            || (exception is IOException or InvalidDataException && exception.StackTrace?.Contains("at Rebalancer.Agent.Transfer.", StringComparison.Ordinal) != true);
    }

    private sealed class Sinks : IMoveSinks
    {
        public Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation) => hello.MigrationUid == PeerCalls.Migration
            ? Task.FromResult<IMoveSink>(new DeafSink()) : throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationUid} is not known here");
    }
}
