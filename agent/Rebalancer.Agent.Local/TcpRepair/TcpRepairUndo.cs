using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.TcpRepair;

/// <summary>
/// Takes TCP sockets of other processes out of TCP_REPAIR, where a CRIU that was killed in mid-dump leaves them: such a socket is deaf and dumb for ever.
/// To be done before the shield is opened.
/// </summary>
public static class TcpRepairUndo
{
    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;
    private const int SolTcp = 6;
    private const int TcpRepair = 19;
    private const int Off = 0;
    // Without the window probe that the kernel otherwise sends at once (Linux 4.18 and later).
    private const int OffNoWindowProbe = -1;

    /// <returns>How many sockets were in repair mode. Processes that have ended are passed over.</returns>
    /// <exception cref="LinuxException">A socket could not be taken or stays in repair mode; the others have been seen to.</exception>
    public static int Undo(IEnumerable<int> pids)
    {
        var undone = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        LinuxException? failure = null;
        foreach (var pid in pids)
        {
            try
            {
                undone += UndoProcess(pid, seen);
            }
            catch (LinuxException e) when (e.Errno != Errno.NoProcess)
            {
                failure ??= e;
            }
            catch (LinuxException)
            {
                // Ended since the list was made: its sockets ended with it, or are another's too.
            }
        }

        return failure is null ? undone : throw failure;
    }

    private static int UndoProcess(int pid, HashSet<string> seen)
    {
        var undone = 0;
        foreach (var socket in ProcessSockets.Take(pid, seen))
        {
            using (socket) { undone += UndoSocket(socket, pid) ? 1 : 0; }
        }

        return undone;
    }

    private static bool UndoSocket(Descriptor socket, int pid)
    {
        if (ProcessSockets.Option(socket, SolTcp, TcpRepair) is null or Off)
        {
            return false; // Not a TCP socket, or not in repair mode.
        }

        if (Libc.SetSocketOption(socket.Number, SolTcp, TcpRepair, OffNoWindowProbe, sizeof(int)) != 0
            && Libc.SetSocketOption(socket.Number, SolTcp, TcpRepair, Off, sizeof(int)) != 0)
        {
            throw new LinuxException($"TCP_REPAIR of a socket of process {pid}", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
        }

        // Leaving repair mode clears SO_REUSEADDR; without it the server could not bind its port again while this connection lives.
        _ = Libc.SetSocketOption(socket.Number, SolSocket, SoReuseAddr, 1, sizeof(int));
        return true;
    }
}
