using System.Runtime.InteropServices;
using System.Text;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>A listening unix socket, made anew. The folder that it lies in says who may connect.</summary>
internal static class UnixListener
{
    /// <param name="path">At most 107 bytes.</param>
    public static Descriptor Listen(string path)
    {
        File.Delete(path);
        var listener = Descriptor.Socket(SystemCalls.AfUnix, SystemCalls.SockStream, 0);
        byte[] address = [SystemCalls.AfUnix, 0, .. Encoding.UTF8.GetBytes(path), 0];
        if (Libc.Bind(listener.Number, in address[0], (uint)address.Length) != 0 || ListenOn(listener.Number, 1) != 0) { throw Descriptor.Failure($"listen on {path}"); }
        return listener;
    }

    public static Descriptor Accept(Descriptor listener) => Descriptor.Of(Accept4(listener.Number, 0, 0, SystemCalls.SockCloexec), "accept");

    [DllImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static extern int ListenOn(int socket, int backlog);

    [DllImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static extern int Accept4(int socket, nint address, nint length, int flags);
}
