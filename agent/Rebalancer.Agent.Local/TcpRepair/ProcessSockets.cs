using System.Globalization;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.TcpRepair;

/// <summary>Sockets of other processes, in hand by pidfd_getfd. Works on frozen, stopped and running processes, as nothing runs in them.</summary>
internal static class ProcessSockets
{
    /// <summary>Takes one socket after another; each is to be disposed.</summary>
    /// <param name="pid">The process; one that has ended has none.</param>
    /// <param name="seen">Names of sockets that were taken: one that several processes share is taken once.</param>
    /// <exception cref="LinuxException">The process has just ended (<see cref="Errno.NoProcess"/>), or a socket could not be taken.</exception>
    public static IEnumerable<Descriptor> Take(int pid, HashSet<string> seen)
    {
        var sockets = Of(pid).Where(s => seen.Add(s.Socket)).ToList();
        if (sockets.Count == 0) { yield break; }
        using var process = Descriptor.Of((int)Libc.SystemCall(Libc.SysPidfdOpen, pid, 0, 0), $"pidfd_open {pid}");
        foreach (var (number, _) in sockets)
        {
            var taken = (int)Libc.SystemCall(Libc.SysPidfdGetfd, process.Number, number, 0);
            // Closed since.
            if (taken < 0 && Marshal.GetLastPInvokeError() == Errno.BadDescriptor) { continue; }
            yield return Descriptor.Of(taken, $"descriptor {number} of process {pid}");
        }
    }

    /// <summary>Value of a socket option that is a number; null: the socket is of a kind that has no such option.</summary>
    public static int? Option(Descriptor socket, int level, int name)
    {
        var value = 0;
        uint length = sizeof(int);
        return Libc.GetSocketOption(socket.Number, level, name, ref value, ref length) == 0 ? value : null;
    }

    private static IEnumerable<(int Number, string Socket)> Of(int pid)
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
            // The link's text is "socket:[inode]".
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
}
