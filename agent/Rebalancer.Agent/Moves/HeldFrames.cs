using System.Collections.Concurrent;
using System.Threading.Channels;
using Rebalancer.Agent.Network;

namespace Rebalancer.Agent.Moves;

/// <summary>The source's held frames: kept for a replay here, should the move roll back, and handed to the target as they come.</summary>
internal sealed class HeldFrames(ChannelReader<HeldFrame> held)
{
    public const int MaximumFrames = 1 << 16;
    private readonly ConcurrentQueue<HeldFrame> kept = new();

    /// <summary>Runs until the shield opens or the token ends. A target that takes no more does not end the keeping.</summary>
    public async Task PumpAsync(Func<HeldFrame, CancellationToken, Task> send, CancellationToken cancellation)
    {
        var isTaken = true;
        try
        {
            await foreach (var frame in held.ReadAllAsync(cancellation))
            {
                if (kept.Count < MaximumFrames) { kept.Enqueue(frame); }
                if (isTaken) { isTaken = await TrySendAsync(send, frame, cancellation); }
            }
        }
        catch (OperationCanceledException)
        {
            // The outcome is known: what is still in the channel is taken by TakeAll.
        }
    }

    /// <summary>All frames in the order of their arrival; call after the pump has ended.</summary>
    public IReadOnlyList<HeldFrame> TakeAll()
    {
        var all = new List<HeldFrame>();
        while (kept.TryDequeue(out var frame)) { all.Add(frame); }
        while (all.Count < MaximumFrames && held.TryRead(out var late)) { all.Add(late); }
        return all;
    }

    private static async Task<bool> TrySendAsync(Func<HeldFrame, CancellationToken, Task> send, HeldFrame frame, CancellationToken cancellation)
    {
        try
        {
            await send(frame, cancellation);
            return true;
        }
        catch (Preflight.MoveException)
        {
            return false;
        }
    }
}
