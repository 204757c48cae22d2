using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Transfer;

/// <summary>Takes a checkpoint as a move would, and does nothing with it.</summary>
internal sealed class RehearsalSink(string folder) : IMoveSink, IDisposable
{
    private ImageReceiver? receiver;
    private Action<MoveReply>? reply;

    public void Open(Hello hello, Action<MoveReply> reply)
    {
        receiver = new ImageReceiver(folder, [], folder, hello.EstimatedBytes);
        this.reply = reply;
    }

    public void Take(MoveFrame frame) => throw new TransferException($"frame {frame.FrameCase} has no place in a rehearsal");

    public void Write(string path, long offset, ReadOnlySpan<byte> data) => receiver!.Write(path, offset, data);

    public bool WritePages(string process, ulong address, ReadOnlySpan<byte> data)
    {
        receiver!.WritePages(process, address, data);
        return true;
    }

    public void Announce(string process, PageRange late) => throw new TransferException("late pages have no place in a rehearsal");

    public bool Store(Manifest manifest)
    {
        receiver!.Complete(manifest);
        reply!(new MoveReply { ImagesStored = new ImagesStored { Bytes = receiver.Bytes } });
        return false;
    }

    public Task CloseAsync(Exception? fault, CancellationToken cancellation)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => receiver?.Dispose();
}
