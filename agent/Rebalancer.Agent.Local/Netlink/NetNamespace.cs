using System.Runtime.ExceptionServices;
using System.Text;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>
/// Work inside another network namespace. A thread of its own enters it and ends there, so that no thread of the runtime's pool can ever be left
/// in a pod's network. Sockets opened inside stay in that namespace, whoever uses them later.
/// </summary>
public static class NetNamespace
{
    /// <summary>Path of the network namespace of a process.</summary>
    public static string PathOf(int pid) => $"/proc/{pid}/ns/net";

    /// <param name="path">/run/netns/... or /proc/PID/ns/net.</param>
    /// <param name="work">Runs on the namespace's thread; must not await.</param>
    /// <exception cref="LinuxException">The namespace is gone, or may not be entered.</exception>
    public static T Run<T>(string path, Func<T> work) => OnThread(() => Enter(path), work);

    /// <summary>The same in a new namespace, which ends when the work ends and its sockets are closed.</summary>
    public static T RunInNew<T>(Func<T> work) => OnThread(
        () =>
        {
            if (Libc.Unshare(Libc.CloneNewNet) != 0)
            {
                throw Descriptor.Failure("unshare network");
            }
        },
        work);

    /// <summary>What tells namespaces apart, "net:[4026531840]", whatever path leads to them. Given out anew once nothing holds the namespace any more.</summary>
    /// <exception cref="LinuxException">The namespace is gone.</exception>
    public static string Identity(string path) => Run(path, () => new FileInfo("/proc/thread-self/ns/net").LinkTarget ?? path);

    /// <summary>Index of an interface of the namespace that the calling thread is in.</summary>
    /// <exception cref="LinuxException">There is none of this name.</exception>
    public static int RequireInterface(string ifName)
    {
        var index = Libc.InterfaceIndex(Encoding.UTF8.GetBytes(ifName + '\0'));
        return index != 0 ? (int)index : throw Descriptor.Failure($"find interface '{ifName}'");
    }

    private static T OnThread<T>(Action enter, Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                enter();
                result = work();
            }
#pragma warning disable CA1031 // The failure belongs to the caller: it is thrown there, with its stack.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, maxStackSize: 256 * 1024) { IsBackground = true, Name = "netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>The calling thread goes there, and stays: for one that ends there or becomes another program. All others use <see cref="Run"/>.</summary>
    /// <exception cref="LinuxException">The namespace is gone, or may not be entered.</exception>
    public static void Enter(string path)
    {
        using var space = Descriptor.Of(Libc.Open(Encoding.UTF8.GetBytes(path + '\0'), Libc.OpenReadOnlyCloexec, 0), $"open {path}");
        if (Libc.Setns(space.Number, Libc.CloneNewNet) != 0)
        {
            throw Descriptor.Failure($"setns {path}");
        }
    }
}
