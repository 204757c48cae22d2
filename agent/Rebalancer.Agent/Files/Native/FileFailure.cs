using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Native;

internal static class FileFailure
{
    /// <summary>Of the call that this thread has just made.</summary>
    public static LinuxException Of(string call) => new(call, Marshal.GetLastPInvokeError());
}
