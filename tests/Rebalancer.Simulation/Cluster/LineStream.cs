using System.Text;

namespace Rebalancer.Simulation.Cluster;

/// <summary>The body of a watch as its client reads it: lines as they come, then the end or a fault.</summary>
internal sealed class LineStream : Stream
{
    private readonly Queue<ReadOnlyMemory<byte>> lines = new();
    private ReadOnlyMemory<byte> begun;
    private TaskCompletionSource? waiting;
    private Exception? fault;

    public bool HasEnded { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Write(string line)
    {
        lines.Enqueue(Encoding.UTF8.GetBytes(line + "\n"));
        Wake();
    }

    /// <param name="why">Null: the server ends the watch.</param>
    public void End(Exception? why)
    {
        if (!HasEnded)
        {
            (HasEnded, fault) = (true, why);
            Wake();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (begun.IsEmpty && !lines.TryDequeue(out begun))
        {
            if (HasEnded)
            {
                return fault is null ? 0 : throw fault;
            }

            waiting = new TaskCompletionSource();
            // Read by the runtime's readers, which go on anywhere.
            await waiting.Task.ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, begun.Length);
        begun.Span[..count].CopyTo(buffer.Span);
        begun = begun[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("nothing blocks in a simulation");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        HasEnded = true;
        base.Dispose(disposing);
    }

    private void Wake()
    {
        if (waiting is { } reader)
        {
            waiting = null;
            reader.SetResult();
        }
    }
}
