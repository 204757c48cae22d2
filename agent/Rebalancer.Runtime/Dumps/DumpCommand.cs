using System.Runtime.InteropServices;
using System.Text;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Runc;

namespace Rebalancer.Runtime.Dumps;

/// <summary>
/// `dump [--network PATH] RUNC ARGUMENTS...`: becomes that runc in a mount namespace of its own, where page maps can be hidden from CRIU
/// (<see cref="HiddenPagemaps"/>) without anybody else seeing it, and in the network namespace at that path. The mount namespace goes with the last process in it.
/// </summary>
internal static class DumpCommand
{
    public const string Command = "dump";
    private const string Network = "--network";
    private const int Failed = 1;
    private const int NewMountNamespace = 0x20000;
    private const nuint Recursive = 1 << 14, Private = 1 << 18;

    public static int Run(IReadOnlyList<string> args)
    {
        var network = args is [_, Network, _, ..] ? args[2] : null;
        if (network is not null) { args = [args[0], .. args.Skip(3)]; }
        if (args.Count < 2) { return Fail("usage: rebalancer-runc dump [--network PATH] RUNC ARGUMENTS...", 0); }
        try
        {
            if (network is not null) { NetNamespace.Enter(network); }
        }
        catch (LinuxException e)
        {
            return Fail($"rebalancer: dump: network namespace {network} cannot be entered: {e.Message}", 0);
        }
        if (Libc.Unshare(NewMountNamespace) != 0 || Mount(0, "/", 0, Recursive | Private, 0) != 0)
        {
            return Fail("rebalancer: dump: no mount namespace of its own", Marshal.GetLastPInvokeError());
        }
        _ = SystemCalls.Signal(SystemCalls.SigPipe, SystemCalls.SigDfl);
        _ = NativeProcess.ReplaceSelf(args[1], NativeStrings.Of([.. args.Skip(1)]));
        return Fail($"rebalancer: dump: {args[1]} cannot be executed", Marshal.GetLastPInvokeError());
    }

    private static int Fail(string message, int errno)
    {
        SystemCalls.WriteAll(2, Encoding.UTF8.GetBytes(errno == 0 ? $"{message}\n" : $"{message}: errno {errno}\n"));
        return Failed;
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount(nint source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, nint kind, nuint flags, nint data);
}
