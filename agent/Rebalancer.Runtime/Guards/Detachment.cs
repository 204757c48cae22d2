using System.Globalization;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Runtime.Guards;

/// <summary>Makes the guard outlive its agent: own session, deaf to the signals of a shutdown, out of the agent's cgroup.</summary>
internal static class Detachment
{
    private const string CgroupRoot = "/sys/fs/cgroup";
    private static readonly int[] Ignored = [SystemCalls.SigHup, SystemCalls.SigInt, SystemCalls.SigQuit, SystemCalls.SigTerm, SystemCalls.SigPipe];

    public static void FromAgent()
    {
        foreach (var signal in Ignored) { _ = SystemCalls.Signal(signal, SystemCalls.SigIgn); }
        _ = SystemCalls.NewSession();
        LeaveCgroup();
    }

    /// <summary>An agent's container ends by SIGKILL to its whole cgroup; the root cgroup of the hierarchy is nobody's to kill.</summary>
    private static void LeaveCgroup()
    {
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (var hierarchy in (ReadOnlySpan<string>)[CgroupRoot, CgroupRoot + "/unified", CgroupRoot + "/systemd", CgroupRoot + "/freezer", CgroupRoot + "/pids", CgroupRoot + "/memory"])
        {
            var file = Path.Combine(hierarchy, "cgroup.procs");
            if (!File.Exists(file)) { continue; }
            try
            {
                File.WriteAllText(file, pid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Read-only, or a hierarchy whose root takes no processes: the guard then shares the fate of its cgroup there.
            }
        }
    }
}
