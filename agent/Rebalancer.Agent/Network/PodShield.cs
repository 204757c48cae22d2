using System.Buffers;
using System.Threading.Channels;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>The shield of one interface of one pod's namespace. Everything slow is done when it is made: closing and opening are one netlink message and one bind.</summary>
internal sealed partial class PodShield : IPodShield
{
    private readonly string _netnsPath;
    private readonly string _ifName;
    private readonly int _ifIndex;
    private readonly HoldLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly ShieldTable _table;
    private readonly PacketSocket _hostSide;
    private readonly Announcer _announcer;
    private FrameCapture _capture;
    private bool _holding;
    private bool _captureUsed;
    private bool _disposed;

    /// <param name="place">Where the shield is and what the kernel can.</param>
    /// <param name="limits">Bounds of what is held.</param>
    /// <param name="time">For ages and repetitions.</param>
    /// <param name="log">Tells of announcements that failed.</param>
    /// <exception cref="NetworkUnsupportedException">Not a veth of this node.</exception>
    /// <exception cref="LinuxException">The namespace or the interface is gone.</exception>
    public PodShield(ShieldPlace place, HoldLimits limits, TimeProvider time, ILogger log)
    {
        (_netnsPath, _ifName, _limits, _time, _log) = (place.NetnsPath, place.IfName, limits, time, log);
        _table = ShieldTable.Of(_netnsPath, _ifName, place.NetdevHooks);
        var link = NetNamespace.Run(_netnsPath, () =>
        {
            using var links = new PodLinks();
            return links.Links().First(l => l.Name == _ifName);
        });
        _ifIndex = link.Index;
        var peer = HostPeer.IndexOf(link, place.HostNetns);
        _hostSide = NetNamespace.Run(place.HostNetns, () => new PacketSocket(peer));
        _announcer = new Announcer(_netnsPath, _ifName, _ifIndex, time, log);
        _capture = NewCapture();
        if (_table.Read().IngressClosed)
        {
            // Closed by an agent that has died: what arrives from now on is held again.
            StartHolding();
        }
    }

    public event Action<PodShield>? Disposed;

    public ChannelReader<HeldFrame> Held => _capture.Held;

    /// <summary>Frames not held because a limit was reached.</summary>
    public long Dropped => _capture.Dropped;

    public void Close() => Close(_table.Close);

    public void CloseIngress() => Close(_table.CloseIngress);

    public void OpenEgress()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _table.OpenEgress();
        }
    }

    public void Announce() => _announcer.Announce();

    public void OpenIngress()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _capture.Finish(() => _table.OpenIngress());
            _holding = false;
        }

        // Not on the caller's time, who has frames to replay: chains that let everything through harm nobody for a moment.
        _ = Task.Run(RemoveIfOpen);
    }

    public int Replay(IEnumerable<HeldFrame> frames)
    {
        var sent = 0;
        foreach (var frame in frames.Concat(Unread()))
        {
            var age = frame.HeldAt == 0 ? TimeSpan.Zero : _time.GetElapsedTime(frame.HeldAt);
            // Frames come from another node too: their form is checked.
            if (age <= _limits.MaxAge && frame.VnetHdr.Length == PacketSocket.VnetHeaderBytes && frame.Frame.Length is > 0 and <= PacketSocket.MaxFrameBytes && TrySend(frame))
            {
                sent++;
            }
        }

        return sent;
    }

    /// <summary>Makes the next <see cref="Close"/> fast again after an opening.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_captureUsed && !_holding)
            {
                _capture.Dispose();
                _capture = NewCapture();
                _captureUsed = false;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        RemoveIfOpen();
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _capture.Dispose();
                _announcer.Dispose();
                _hostSide.Dispose();
                _table.Dispose();
            }
        }

        Disposed?.Invoke(this);
        return ValueTask.CompletedTask;
    }

    private void Close(Action close)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _announcer.Stop();
            // Holding first: a frame may then be both received and held, but never neither.
            StartHolding();
            close();
        }
    }

    private void RemoveIfOpen()
    {
        lock (_lock)
        {
            try
            {
                if (!_disposed && !_holding && _table.Read() == default)
                {
                    _table.Remove();
                }
            }
            catch (LinuxException e)
            {
                RemovalFailed(_log, _ifName, _netnsPath, e.Message);
            }
        }
    }

    private void StartHolding()
    {
        if (!_holding)
        {
            Prepare();
            _capture.Start();
            (_holding, _captureUsed) = (true, true);
        }
    }

    private FrameCapture NewCapture() => new(NetNamespace.Run(_netnsPath, () => new PacketSocket(_ifIndex)), _limits, _time);

    private IEnumerable<HeldFrame> Unread()
    {
        var held = Held;
        while (held.TryRead(out var frame))
        {
            yield return frame;
        }
    }

    private bool TrySend(HeldFrame frame)
    {
        var length = frame.VnetHdr.Length + frame.Frame.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        frame.VnetHdr.Span.CopyTo(buffer);
        frame.Frame.Span.CopyTo(buffer.AsSpan(frame.VnetHdr.Length));
        try
        {
            _hostSide.Send(buffer.AsSpan(0, length));
            return true;
        }
        catch (LinuxException e) when (e.Errno is Errno.Invalid or Errno.NoBuffers or Errno.MessageSize)
        {
            return false; // A frame that this interface cannot carry; its sender repeats it in a form that it can.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The open shield's table on {IfName} in {NetnsPath} was left there: {Cause}")]
    private static partial void RemovalFailed(ILogger log, string ifName, string netnsPath, string cause);
}

/// <param name="NetnsPath">The pod's namespace.</param>
/// <param name="IfName">The pod's interface.</param>
/// <param name="HostNetns">The namespace of the veth's other end.</param>
/// <param name="NetdevHooks">What ShieldTable.Probe answered.</param>
internal sealed record ShieldPlace(string NetnsPath, string IfName, string HostNetns, bool NetdevHooks);
