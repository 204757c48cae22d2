using System.Runtime.InteropServices;
using System.Text;

namespace Rebalancer.Agent.Restore;

/// <summary>CRIU sets the pod's host name to the source pod's; this puts the new pod's back.</summary>
internal static partial class Hostname
{
    private const int CloneNewUts = 0x04000000;
    private const int MaximumBytes = 64;
    private const int ReadOnly = 0x80000; // O_CLOEXEC

    /// <param name="pid">A process in the pod's UTS namespace.</param>
    /// <returns>0, or the errno of the call that failed.</returns>
    public static int Set(int pid, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length is 0 or > MaximumBytes) { return 0; }
        var error = 0;
        // Only this thread enters the namespace, and it ends there: the pool must never see it.
        var thread = new Thread(() => error = SetInNamespace(pid, bytes), maxStackSize: 64 * 1024);
        thread.Start();
        thread.Join();
        return error;
    }

    private static int SetInNamespace(int pid, byte[] name)
    {
        var descriptor = Open($"/proc/{pid}/ns/uts", ReadOnly);
        if (descriptor < 0) { return Marshal.GetLastPInvokeError(); }
        try
        {
            return SetNamespace(descriptor, CloneNewUts) != 0 || SetHostName(name, (nuint)name.Length) != 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    private static partial int SetHostName(byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
