using System.Runtime.InteropServices;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Runc;

/// <summary>The node's runc: REBALANCER_RUNC, or the first of the usual places that is not this program itself.</summary>
internal sealed class InstalledRunc(string ownPath) : IRuncProgram
{
    public const string Variable = "REBALANCER_RUNC";

    public int Become(IReadOnlyList<string> args)
    {
        var runc = Find();
        // The runtime ignores SIGPIPE; what is ignored would stay so in runc and in every process of the container.
        _ = SystemCalls.Signal(SystemCalls.SigPipe, SystemCalls.SigDfl);
        _ = NativeProcess.ReplaceSelf(runc, NativeArguments(runc, args));
        throw new RuntimeFailureException(FailureReasons.RuncMissing, $"runc {runc} cannot be executed: errno {Marshal.GetLastPInvokeError()}");
    }

    public int Run(IReadOnlyList<string> args, IReadOnlyList<string> variables, string network = "")
    {
        var runc = Find();
        return network.Length == 0 ? Child() : NetNamespace.Run(network, Child);

        int Child() => NativeProcess.RunChild(runc, NativeStrings.Of([runc, .. args]), variables);
    }

    /// <summary>The kernel's copy of the command line: arguments need not be valid UTF-8, and pass through unchanged.</summary>
    private static nint[] NativeArguments(string runc, IReadOnlyList<string> args)
    {
        var raw = File.ReadAllBytes("/proc/self/cmdline");
        var own = NativeStrings.Split(raw);
        return own.Length == args.Count + 2 ? [NativeStrings.Of(runc), .. own[1..]] : NativeStrings.Of([runc, .. args]);
    }

    private string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given && IsOther(given)) { return given; }
        foreach (var place in RuncPlaces.InOrder)
        {
            if (IsOther(place)) { return place; }
        }
        throw new RuntimeFailureException(FailureReasons.RuncMissing, $"no runc at ${Variable} or at {string.Join(", ", RuncPlaces.InOrder)} that is not this program");
    }

    private bool IsOther(string path) => NativeStrings.RealPath(path) is { } real && real != ownPath;
}
