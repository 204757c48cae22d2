using System.Net.NetworkInformation;
using System.Net.Sockets;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Tells the link, from inside the pod's namespace, where the pod's addresses are: at once, and twice more within a second, as the first may be lost. Also asks it what the pod's kernel asked in vain.</summary>
internal sealed partial class Announcer(string netnsPath, string ifName, int ifIndex, TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan[] Repetitions = [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800)];

    private readonly Lock _lock = new();
    // Opened beforehand, as entering the namespace is no work for the moment of the switch.
    private readonly PodLinks _links = NetNamespace.Run(netnsPath, () => new PodLinks());
    private readonly PacketSocket _socket = NetNamespace.Run(netnsPath, () => new PacketSocket(ifIndex));
    private readonly List<CancellationTokenSource> _pending = [];
    private bool _disposeWhenDone;
    private bool _disposed;

    public void Announce()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed || _disposeWhenDone, this);
            SendAll();
            AskAgain();
            var pending = new CancellationTokenSource();
            _pending.Add(pending);
            _ = RepeatAsync(pending);
        }
    }

    /// <summary>No further announcement once this returns: the address may be elsewhere soon.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            foreach (var pending in _pending.ToArray())
            {
                pending.Cancel();
            }
        }
    }

    /// <summary>Frees the sockets, after the announcements that are still due.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposeWhenDone = true;
            FreeIfDone();
        }
    }

    private async Task RepeatAsync(CancellationTokenSource pending)
    {
        try
        {
            foreach (var delay in Repetitions)
            {
                await Task.Delay(delay, time, pending.Token).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                lock (_lock)
                {
                    pending.Token.ThrowIfCancellationRequested();
                    SendAll();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: the shield was closed again.
        }
        catch (LinuxException e)
        {
            AnnouncementFailed(log, ifName, netnsPath, e.Message);
        }
        finally
        {
            lock (_lock)
            {
                _pending.Remove(pending);
                pending.Dispose();
                FreeIfDone();
            }
        }
    }

    private void SendAll()
    {
        var mac = Mac();
        foreach (var address in _links.Addresses().Where(a => a.IfIndex == ifIndex && a.IsGlobal))
        {
            _socket.Send([.. new byte[PacketSocket.VnetHeaderBytes], .. Announcement.Of(address.Address, mac)]);
        }
    }

    /// <summary>
    /// A restored socket may have repeated a segment behind the closed shield, and the kernel's question for its next hop was lost there: everything that the
    /// pod sends would wait for the second one, a second later. The answer to ours serves it as well.
    /// </summary>
    private void AskAgain()
    {
        var mac = Mac();
        var own = _links.Addresses().FirstOrDefault(a => a.IfIndex == ifIndex && a.IsGlobal && a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        foreach (var asked in own is null ? [] : _links.PendingNeighbours(ifIndex).Where(a => a.AddressFamily == AddressFamily.InterNetwork))
        {
            _socket.Send([.. new byte[PacketSocket.VnetHeaderBytes], .. Announcement.Arp(own!, mac, asked)]);
        }
    }

    private PhysicalAddress Mac() => _links.Links().FirstOrDefault(l => l.Index == ifIndex)?.Mac ?? PhysicalAddress.None;

    private void FreeIfDone()
    {
        if (_disposeWhenDone && !_disposed && _pending.Count == 0)
        {
            _disposed = true;
            _links.Dispose();
            _socket.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Repeating the announcement of {IfName} in {NetnsPath} failed: {Error}")]
    private static partial void AnnouncementFailed(ILogger log, string ifName, string netnsPath, string error);
}
