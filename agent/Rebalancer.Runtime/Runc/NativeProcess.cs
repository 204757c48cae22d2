using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Runtime.Runc;

/// <summary>Starting programs by the C library: the managed Process class would cost more than the rest of a call together.</summary>
internal static class NativeProcess
{
    private const short SetSignalDefaults = 4; // POSIX_SPAWN_SETSIGDEF
    private const int AttributesBytes = 512; // glibc's posix_spawnattr_t has 336, musl's the same.
    private const int SignalSetBytes = 128;

    /// <summary>execv: environment, descriptors, working directory and parent-death signal stay.</summary>
    public static int ReplaceSelf(string path, nint[] arguments) => Execv(NativeStrings.Of(path), arguments);

    /// <param name="variables">NAME=VALUE each, added to our own environment.</param>
    /// <returns>Exit code, or 128 + signal; 127 when it could not be started.</returns>
    public static int RunChild(string path, nint[] arguments, IReadOnlyList<string> variables)
    {
        if (!TrySpawn(path, arguments, variables, out var pid)) { return 127; }
        int status;
        while (WaitPid(pid, out status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != SystemCalls.Eintr) { return 127; }
        }
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Starts a program that outlives this one.</summary>
    public static bool StartChild(string path, nint[] arguments) => TrySpawn(path, arguments, [], out _);

    private static bool TrySpawn(string path, nint[] arguments, IReadOnlyList<string> variables, out int pid)
    {
        var attributes = new byte[AttributesBytes];
        var defaults = new byte[SignalSetBytes];
        defaults[(SystemCalls.SigPipe - 1) / 8] = 1 << ((SystemCalls.SigPipe - 1) % 8);
        _ = InitialiseAttributes(attributes);
        _ = SetDefaultSignals(attributes, defaults);
        _ = SetFlags(attributes, SetSignalDefaults);
        return Spawn(out pid, NativeStrings.Of(path), 0, attributes, arguments, EnvironmentWith(variables)) == 0;
    }

    /// <summary>A name that is there twice means its first value to C, its last to Go: ours takes the place of what was there.</summary>
    private static nint[] EnvironmentWith(IReadOnlyList<string> variables)
    {
        var names = variables.Select(each => each[..(each.IndexOf('=', StringComparison.Ordinal) + 1)]).ToList();
        var own = NativeStrings.Split(File.ReadAllBytes("/proc/self/environ"));
        return [.. variables.Select(NativeStrings.Of), .. own.Where(each => each == 0 || !names.Any(name => Marshal.PtrToStringUTF8(each)!.StartsWith(name, StringComparison.Ordinal)))];
    }

    [DllImport("libc", EntryPoint = "realpath", SetLastError = true)]
    public static extern nint RealPath(nint path, nint buffer);

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static extern int Execv(nint path, nint[] arguments);

    [DllImport("libc", EntryPoint = "posix_spawn", SetLastError = true)]
    private static extern int Spawn(out int pid, nint path, nint fileActions, byte[] attributes, nint[] arguments, nint[] environment);

    [DllImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static extern int InitialiseAttributes([Out] byte[] attributes);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static extern int SetDefaultSignals([In, Out] byte[] attributes, byte[] signals);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static extern int SetFlags([In, Out] byte[] attributes, short flags);

    [DllImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static extern int WaitPid(int pid, out int status, int options);
}
