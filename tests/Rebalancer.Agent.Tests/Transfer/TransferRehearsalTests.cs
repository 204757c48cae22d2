using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Transfer;

public sealed class TransferRehearsalTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TestAuthority authority = new();
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("rehearsal-").FullName, "run");

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public async Task Start_ItsOwnEndpointWorks_SendsToItselfAndLeavesNothing()
    {
        var options = authority.Issue("n1", FreePort());
        await using var app = Build(options, options);
        await app.StartAsync();

        Assert.True(await app.Services.GetRequiredService<TransferRehearsal>().Done.WaitAsync(Limit));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Start_NobodyAnswersAtItsEndpoint_EndsAndSaysSo()
    {
        // Taken and deaf: a port that is free may be the other one's, or somebody's by then.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var listening = authority.Issue("n1", FreePort());
        await using var app = Build(listening, listening with { Listen = (IPEndPoint)deaf.LocalEndPoint! });
        await app.StartAsync();

        Assert.False(await app.Services.GetRequiredService<TransferRehearsal>().Done.WaitAsync(Limit));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Find_AnybodyElsesStream_IsAMove()
    {
        await using var app = Build(authority.Issue("n1", FreePort()), authority.Issue("n1", FreePort()));
        var rehearsal = app.Services.GetRequiredService<TransferRehearsal>();

        var e = await Assert.ThrowsAsync<MoveException>(() => rehearsal.FindAsync(new Hello { MigrationUid = "guess" }, "n1", CancellationToken.None));

        Assert.Equal(Reasons.TargetUnknown, e.Reason);
    }

    [Fact]
    public async Task Start_NoCertificateYet_ServesAndSendsWhenThereIsOne()
    {
        var options = authority.Issue("n1", FreePort());
        var certificate = await File.ReadAllTextAsync(options.TlsCert);
        File.Delete(options.TlsCert);
        var certificates = PeerCertificates.Await(options, TimeProvider.System);
        await using var app = Build(options, options, certificates);

        await app.StartAsync();
        var rehearsal = app.Services.GetRequiredService<TransferRehearsal>();
        await Assert.ThrowsAsync<MoveException>(() => PeerSession.Open(new PeerChannels(certificates).To(options.Listen.ToString(), "n1")).Accepted.WaitAsync(Limit));
        Assert.False(rehearsal.Done.IsCompleted);
        await File.WriteAllTextAsync(options.TlsCert, certificate);
        certificates.Reload();

        Assert.True(await rehearsal.Done.WaitAsync(Limit));
    }

    private WebApplication Build(AgentOptions listening, AgentOptions rehearsing, PeerCertificates? certificates = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(listening);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IClusterApi>(new FakeClusterApi { Nodes = ["n1"] });
        builder.Services.AddSingleton<CriuVersion>();
        builder.Services.AddSingleton(provider => new TransferRehearsal(
            new NoMoves(),
            provider.GetRequiredService<PeerChannels>(),
            provider.GetRequiredService<PeerCertificates>(),
            rehearsing,
            provider.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>(),
            TimeProvider.System,
            provider.GetRequiredService<ILogger<TransferRehearsal>>()) { Folder = folder });
        builder.Services.AddSingleton<IMoveSinks>(provider => provider.GetRequiredService<TransferRehearsal>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<TransferRehearsal>());
        builder.AddPeers(listening, certificates ?? PeerCertificates.Load(listening));
        var app = builder.Build();
        app.MapGrpcService<NodeAgentService>();
        return app;
    }

    /// <summary>It and the next, which images take; none of those that the kernel gives to whoever connects somewhere, as other tests do meanwhile.</summary>
    private static IPEndPoint FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            using var calls = new TcpListener(IPAddress.Loopback, port);
            using var images = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                calls.Start();
                images.Start();
                return (IPEndPoint)calls.LocalEndpoint;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private sealed class NoMoves : IMoveSinks
    {
        public Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation) =>
            throw new MoveException(Reasons.TargetUnknown, $"migration {hello.MigrationUid} is not known here");
    }
}
