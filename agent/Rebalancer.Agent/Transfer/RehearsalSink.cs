using Rebalancer.Agent.Contracts;

namespace Rebalancer.Agent.Transfer;

/// <summary>Takes a checkpoint as a move would, and does nothing with it.</summary>
internal sealed class RehearsalSink(string folder) : IMoveSink, IDisposable
{
    private ImageReceiver? receiver;
    private Action<MoveReply>? reply;

    public void Open(Hello hello, Action<MoveReply> reply)
    {
        receiver = new ImageReceiver(folder, hello.EstimatedBytes);
        this.reply = reply;
        reply(new MoveReply { Accepted = new Accepted() });
    }

    public void Take(MoveFrame frame)
    {
        switch (frame.FrameCase)
        {
            case MoveFrame.FrameOneofCase.Chunk: receiver!.Write(frame.Chunk); break;
            case MoveFrame.FrameOneofCase.Manifest:
                receiver!.Complete(frame.Manifest);
                reply!(new MoveReply { ImagesStored = new ImagesStored { Bytes = receiver.Bytes } });
                break;
            default: throw new TransferException($"frame {frame.FrameCase} has no place in a rehearsal");
        }
    }

    public Task CloseAsync(Exception? fault, CancellationToken cancellation)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => receiver?.Dispose();
}
