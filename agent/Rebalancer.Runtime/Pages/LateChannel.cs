using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// What the page server and the target's agent tell each other about pages that are still on the source: the one which page a process waits for, the other
/// which pages have come into the store. The agent connects, again when it was restarted, and then tells all that have come so far.
/// </summary>
internal sealed class LateChannel(string path) : IDisposable
{
    private const int ReceivedAtOnce = 256;
    private readonly Descriptor listener = UnixListener.Listen(path);
    private readonly HashSet<(int Pid, ulong Address)> wanted = [];
    private readonly byte[] buffer = new byte[ReceivedAtOnce * LatePages.Bytes];
    private Descriptor? agent;
    private int filled;

    /// <summary>To be polled: the agent's connection, or where it will connect.</summary>
    public int Number => agent?.Number ?? listener.Number;

    /// <summary>A process waits for this page; told once, and again to an agent that connects later.</summary>
    public void Want(int pid, ulong address)
    {
        if (wanted.Add((pid, address))) { Tell(pid, address); }
    }

    /// <summary>To be called when the polled descriptor is readable.</summary>
    /// <returns>What has come into the store.</returns>
    public IReadOnlyList<LatePages> Receive()
    {
        if (agent is null)
        {
            agent = UnixListener.Accept(listener);
            filled = 0;
            foreach (var (pid, address) in wanted.ToList()) { Tell(pid, address); }
            return [];
        }
        var read = SystemCalls.Read(agent.Number, ref buffer[filled], (nuint)(buffer.Length - filled));
        if (read <= 0)
        {
            HangUp();
            return [];
        }
        filled += (int)read;
        var came = LatePages.ReadAll(buffer.AsSpan(0, filled));
        foreach (var each in came) { wanted.RemoveWhere(want => want.Pid == each.Pid && each.Range.Contains(want.Address)); }
        var used = came.Length * LatePages.Bytes;
        buffer.AsSpan(used, filled - used).CopyTo(buffer);
        filled -= used;
        return came;
    }

    public void Dispose()
    {
        HangUp();
        listener.Dispose();
    }

    private void Tell(int pid, ulong address)
    {
        if (agent is null) { return; }
        Span<byte> message = stackalloc byte[LatePages.Bytes];
        new LatePages(pid, 0, new PageRange(address, address + PageRange.PageBytes)).Write(message);
        // What an agent that is gone does not take is told to its successor. The connection is read to its end all the same: what it told before it went is
        // not told again where there is no successor.
        _ = SystemCalls.Send(agent.Number, in MemoryMarshal.GetReference(message), LatePages.Bytes, SystemCalls.MsgNoSignal);
    }

    private void HangUp()
    {
        agent?.Dispose();
        agent = null;
    }
}
