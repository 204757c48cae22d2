using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Transfer;

/// <summary>
/// The source's end of one Move stream. Frames may be sent from several places at once (chunks and held packets); replies complete the tasks below.
/// A stream that ends, or a Failed, fails all that wait: <see cref="Lost"/> says why.
/// </summary>
internal sealed class PeerSession : IAsyncDisposable
{
    private static readonly TimeSpan ReasonLimit = TimeSpan.FromSeconds(1);
    private readonly GrpcChannel channel;
    private readonly AsyncDuplexStreamingCall<MoveFrame, MoveReply> call;
    private readonly SemaphoreSlim writer = new(1);
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource warm = New(), stored = New(), held = New(), filled = New();
    private readonly Channel<Want> wants = Channel.CreateBounded<Want>(new BoundedChannelOptions(TransferLimits.Wants) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<Missing> missing = [];
    private int missingBounds;
    private readonly TaskCompletionSource<IReadOnlyList<Missing>> allMissing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Accepted> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MoveException> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task reader;

    private PeerSession(GrpcChannel channel)
    {
        this.channel = channel;
        call = new NodeAgent.NodeAgentClient(channel).Move(cancellationToken: closing.Token);
        reader = ReadAsync();
    }

    /// <summary>Where the images go.</summary>
    public Task<Accepted> Accepted => accepted.Task;
    /// <summary>The target only waits for the checkpoint.</summary>
    public Task Warm => warm.Task;
    public Task ImagesStored => stored.Task;
    public Task Held => held.Task;
    /// <summary>Every late page is on the target.</summary>
    public Task Filled => filled.Task;
    /// <summary>Pages that somebody waits for on the target.</summary>
    public ChannelReader<Want> Wants => wants.Reader;
    /// <summary>Answers a Hello that takes up a committed move: what the target lacks.</summary>
    public Task<IReadOnlyList<Missing>> Missing => allMissing.Task;
    /// <summary>Number of frames replayed.</summary>
    public Task<long> Running => running.Task;
    /// <summary>Completes (never fails) when the peer is gone or has given up, with the reason.</summary>
    public Task<MoveException> Lost => lost.Task;

    public static PeerSession Open(GrpcChannel channel) => new(channel);

    /// <summary>Cancelling ends the wait, not the stream: the target is still to be told why the move ends.</summary>
    public async Task SendAsync(MoveFrame frame, CancellationToken cancellation)
    {
        await writer.WaitAsync(cancellation);
        await WriteAsync(frame).WaitAsync(cancellation);
    }

    public Task SendAsync(HeldFrame held, CancellationToken cancellation) => SendAsync(new MoveFrame
    {
        Packet = new HeldPacket { VnetHdr = UnsafeByteOperations.UnsafeWrap(held.VnetHdr), Frame = UnsafeByteOperations.UnsafeWrap(held.Frame) },
    }, cancellation);

    /// <summary>Tells the target that nothing more comes, and gives it a moment to end the stream from its side.</summary>
    public async Task CompleteAsync(TimeSpan limit)
    {
        if (!await writer.WaitAsync(limit)) { return; }
        try
        {
            await call.RequestStream.CompleteAsync().WaitAsync(limit);
            await reader.WaitAsync(limit);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or TimeoutException)
        {
            // The other end is gone; there is nothing left to end.
        }
        finally
        {
            writer.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await reader;
        await writer.WaitAsync();
        call.Dispose();
        channel.Dispose();
        closing.Dispose();
        writer.Dispose();
    }

    private async Task WriteAsync(MoveFrame frame)
    {
        try
        {
            await call.RequestStream.WriteAsync(frame);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException)
        {
            // A target that refuses hangs up, and says why to whoever reads.
            await Task.WhenAny(reader, Task.Delay(ReasonLimit));
            throw Lose(new MoveException(Reasons.PeerUnreachable, $"the target's agent at {channel.Target} does not take data any more: {Said(e)}", inner: e));
        }
        finally
        {
            writer.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var reply in call.ResponseStream.ReadAllAsync()) { Take(reply); }
            Lose(new MoveException(Reasons.TargetLost, $"the target's agent at {channel.Target} ended the move without an outcome"));
        }
        catch (Exception e) when (e is RpcException or IOException or OperationCanceledException)
        {
            Lose(new MoveException(Reasons.PeerUnreachable, $"the target's agent at {channel.Target} is not reachable: {Said(e)}", inner: e));
        }
    }

    private void Take(MoveReply reply)
    {
        switch (reply.ReplyCase)
        {
            case MoveReply.ReplyOneofCase.Accepted: accepted.TrySetResult(reply.Accepted); break;
            case MoveReply.ReplyOneofCase.Warm: warm.TrySetResult(); break;
            case MoveReply.ReplyOneofCase.ImagesStored: stored.TrySetResult(); break;
            case MoveReply.ReplyOneofCase.Held: held.TrySetResult(); break;
            case MoveReply.ReplyOneofCase.Filled: filled.TrySetResult(); break;
            case MoveReply.ReplyOneofCase.Want: wants.Writer.TryWrite(reply.Want); break;
            case MoveReply.ReplyOneofCase.Missing: Take(reply.Missing); break;
            case MoveReply.ReplyOneofCase.Running: running.TrySetResult(reply.Running.FramesReplayed); break;
            case MoveReply.ReplyOneofCase.Failed:
                Lose(new MoveException(reply.Failed.Reason, reply.Failed.Message, reply.Failed.LogLine.Length > 0 ? reply.Failed.LogLine : null));
                break;
            default: break;
        }
    }

    private void Take(Missing some)
    {
        // A message without a range counts too.
        missingBounds += some.Bounds.Count + 1;
        if (missingBounds > TransferLimits.MissingBounds)
        {
            Lose(new MoveException(Reasons.TransferFailed, $"the target's agent at {channel.Target} says that more than {TransferLimits.MissingBounds / 2} ranges of pages are missing"));
            return;
        }
        if (some.Process.Length > 0) { missing.Add(some); }
        if (some.IsAll) { allMissing.TrySetResult(missing); }
    }

    private MoveException Lose(MoveException why)
    {
        lost.TrySetResult(why);
        foreach (var waiting in new[] { warm, stored, held, filled }) { Fail(waiting, why); }
        if (allMissing.TrySetException(why)) { _ = allMissing.Task.Exception; }
        if (accepted.TrySetException(why)) { _ = accepted.Task.Exception; }
        if (running.TrySetException(why)) { _ = running.Task.Exception; }
        return why;
    }

    private static void Fail(TaskCompletionSource waiting, MoveException why)
    {
        // Reading the exception marks it as observed: nobody may be waiting.
        if (waiting.TrySetException(why)) { _ = waiting.Task.Exception; }
    }

    private static string Said(Exception e) => e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
