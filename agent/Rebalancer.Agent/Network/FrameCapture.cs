using System.Threading.Channels;

namespace Rebalancer.Agent.Network;

/// <summary>
/// Holds what one interface receives, from <see cref="Start"/> to <see cref="Finish"/>, once. Taps see a frame before the ingress hook drops it.
/// A thread of its own empties the socket, so that bursts don't wait for the pool.
/// </summary>
internal sealed class FrameCapture : IDisposable
{
    private readonly PacketSocket _socket;
    private readonly HoldLimits _limits;
    private readonly TimeProvider _time;
    private readonly WakeUp _end = new();
    private readonly Lock _reading = new();
    private readonly byte[] _buffer = new byte[PacketSocket.MaxFrameBytes];
    private readonly Channel<HeldFrame> _held = Channel.CreateUnbounded<HeldFrame>();
    private readonly Thread _reader;
    private bool _finished;
    private long _bytes;
    private int _frames;

    /// <param name="socket">Owned by this from now on.</param>
    public FrameCapture(PacketSocket socket, HoldLimits limits, TimeProvider time)
    {
        _socket = socket;
        _limits = limits;
        _time = time;
        _reader = new Thread(ReadUntilFinished, maxStackSize: 256 * 1024) { IsBackground = true, Name = "shield" };
        _reader.Start();
    }

    public ChannelReader<HeldFrame> Held => _held.Reader;

    /// <summary>Frames that were not held because a limit was reached.</summary>
    public long Dropped { get; private set; }

    public void Start() => _socket.Start();

    /// <summary>Runs <paramref name="open"/> between two emptyings of the socket, so that what is let in by it is hardly held too. The first call ends the holding.</summary>
    public void Finish(Action open)
    {
        lock (_reading)
        {
            if (!_finished)
            {
                Drain();
            }

            open();
            if (!_finished)
            {
                Drain();
                _finished = true;
                _held.Writer.TryComplete();
                _end.Signal();
            }
        }
    }

    /// <summary>Waits for the reader, which closes the socket.</summary>
    public void Dispose()
    {
        Finish(() => { });
        _reader.Join();
    }

    private void ReadUntilFinished()
    {
        try
        {
            while (_end.WaitFor(_socket.Number))
            {
                lock (_reading)
                {
                    if (!_finished)
                    {
                        Drain();
                    }
                }
            }
        }
        catch (Local.Netlink.LinuxException e)
        {
            _held.Writer.TryComplete(e);
        }
        finally
        {
            // Takes a grace period of the kernel, therefore here and not in Finish.
            _socket.Dispose();
            lock (_reading)
            {
                _finished = true;
                _end.Dispose();
            }
        }
    }

    private void Drain()
    {
        ForgetExpired();
        // A flood must not keep the caller here: what is left is dropped with the socket, or read at the next turn.
        var left = 2 * _limits.MaxFrames;
        for (var length = _socket.TryReceive(_buffer); length >= 0 && left > 0; length = _socket.TryReceive(_buffer), left--)
        {
            var frameBytes = length - PacketSocket.VnetHeaderBytes;
            if (length == 0)
            {
                continue;
            }

            if (frameBytes <= 0 || length > _buffer.Length || _frames >= _limits.MaxFrames || _bytes + frameBytes > _limits.MaxBytes)
            {
                Dropped++;
                continue;
            }

            _frames++;
            _bytes += frameBytes;
            var copy = _buffer.AsMemory(0, length).ToArray();
            _held.Writer.TryWrite(new HeldFrame(copy.AsMemory(0, PacketSocket.VnetHeaderBytes), copy.AsMemory(PacketSocket.VnetHeaderBytes))
            {
                HeldAt = _time.GetTimestamp(),
            });
        }
    }

    /// <summary>On a target the shield is closed for as long as the pod is prepared, and nobody reads: what is too old to be replayed must not use up the limits.</summary>
    private void ForgetExpired()
    {
        while (_held.Reader.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.HeldAt) > _limits.MaxAge && _held.Reader.TryRead(out var expired))
        {
            _frames--;
            _bytes -= expired.Frame.Length;
        }
    }
}
