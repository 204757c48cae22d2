using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Transfer;

/// <summary>
/// Sends a few megabytes to this agent's own endpoint when it has its certificate: the whole way of a checkpoint, mTLS included. What is compiled and loaded at first
/// use (1.5 s measured on two cores) would otherwise be frozen time of the first pod that moves, and an endpoint that does not work is known before.
/// </summary>
internal sealed class TransferRehearsal(IMoveSinks moves, PeerChannels channels, PeerCertificates certificates, AgentOptions options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<TransferRehearsal> log)
    : BackgroundService, IMoveSinks
{
    private const int Bytes = 4 * TransferLimits.ChunkBytes;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private readonly string uid = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the bytes lie meanwhile; gone afterwards.</summary>
    public string Folder { get; init; } = Path.Combine(NodePaths.RunFolder, "rehearsal");

    /// <summary>Done when it is over, well (true) or not.</summary>
    public Task<bool> Done => done.Task;

    /// <summary>The rehearsal's own stream, known by a secret of this process; everybody else's is a move.</summary>
    public async Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation) =>
        hello.MigrationUid == uid && peerNode == options.Node ? new RehearsalSink(Path.Combine(Folder, "target")) : await moves.FindAsync(hello, peerNode, cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        try
        {
            await StartedAsync(stoppingToken);
            await certificates.Ready.WaitAsync(stoppingToken);
            limit.CancelAfter(Limit);
            var start = clock.GetTimestamp();
            await RunAsync(limit.Token);
            done.TrySetResult(true);
            log.LogInformation("Sent {Bytes} bytes to {Endpoint} and back here in {Ms:0} ms: ready for moves", Bytes, options.Listen, clock.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (Exception e) when (e is MoveException or IOException or UnauthorizedAccessException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            log.LogError("This agent cannot send to its own endpoint {Endpoint}, so that probably nobody can: {Cause}", options.Listen, e.Message);
        }
        finally
        {
            done.TrySetResult(false);
        }
    }

    private async Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registered = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var source = PrivateFolder.Create(Path.Combine(Folder, "source"));
        PrivateFolder.Create(Path.Combine(Folder, "target"));
        try
        {
            await using var session = PeerSession.Open(channels.To(options.Listen.ToString(), options.Node));
            await session.SendAsync(new MoveFrame { Hello = new Hello { MigrationUid = uid, EstimatedBytes = Bytes } }, cancellation);
            await session.Accepted.WaitAsync(cancellation);
            await using var images = await channels.ImagesAsync(options.Listen.ToString(), options.Node, session, cancellation);
            using var sender = new ImageSender(source, images);
            await sender.TailAsync(WriteAsync(source, cancellation), ["."], clock, cancellation);
            await sender.FinishAsync(cancellation);
            await session.ImagesStored.WaitAsync(cancellation);
            await session.CompleteAsync(Limit);
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task WriteAsync(string folder, CancellationToken cancellation)
    {
        var pages = new byte[Bytes];
        await File.WriteAllBytesAsync(Path.Combine(folder, "pages-1.img"), pages, cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "inventory.img"), [], cancellation);
    }
}
