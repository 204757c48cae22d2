using System.Globalization;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.TcpRepair;

/// <summary>
/// Takes TCP sockets of other processes out of TCP_REPAIR, where a CRIU that was killed in mid-dump leaves them: such a socket is deaf and dumb for ever.
/// Works on frozen, stopped and running processes, as nothing runs in them. To be done before the shield is opened.
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
        var sockets = SocketsOf(pid).Where(s => seen.Add(s.Socket)).ToList();
        if (sockets.Count == 0)
        {
            return 0;
        }

        using var process = Descriptor.Of((int)Libc.SystemCall(Libc.SysPidfdOpen, pid, 0, 0), $"pidfd_open {pid}");
        return sockets.Count(s => UndoSocket(process, pid, s.Number));
    }

    private static IEnumerable<(int Number, string Socket)> SocketsOf(int pid)
    {
        string[] links;
        try
        {
            links = Directory.GetFileSystemEntries($"/proc/{pid}/fd");
        }
        catch (DirectoryNotFoundException)
        {
            yield break;
        }

        foreach (var link in links)
        {
            // The link's text is "socket:[inode]"; a socket shared by several processes is taken once.
            var target = LinkText(link);
            if (target is not null && target.StartsWith("socket:[", StringComparison.Ordinal))
            {
                yield return (int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture), target);
            }
        }
    }

    private static string? LinkText(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            return null; // Closed since.
        }
    }

    private static bool UndoSocket(Descriptor process, int pid, int number)
    {
        var what = $"TCP_REPAIR of descriptor {number} of process {pid}";
        var taken = (int)Libc.SystemCall(Libc.SysPidfdGetfd, process.Number, number, 0);
        if (taken < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errno.BadDescriptor)
        {
            return false;
        }

        using var socket = Descriptor.Of(taken, what);
        var value = 0;
        uint length = sizeof(int);
        if (Libc.GetSocketOption(socket.Number, SolTcp, TcpRepair, ref value, ref length) != 0 || value == Off)
        {
            return false; // Not a TCP socket, or not in repair mode.
        }

        if (Libc.SetSocketOption(socket.Number, SolTcp, TcpRepair, OffNoWindowProbe, sizeof(int)) != 0
            && Libc.SetSocketOption(socket.Number, SolTcp, TcpRepair, Off, sizeof(int)) != 0)
        {
            throw new LinuxException(what, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
        }

        // Leaving repair mode clears SO_REUSEADDR; without it the server could not bind its port again while this connection lives.
        _ = Libc.SetSocketOption(socket.Number, SolSocket, SoReuseAddr, 1, sizeof(int));
        return true;
    }
}
