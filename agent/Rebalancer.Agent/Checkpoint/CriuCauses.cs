using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>What CRIU could not do, in the user's terms. Reason is one of <see cref="Reasons"/>, Hint says what can be done about it, LogLine is CRIU's own.</summary>
internal sealed record CriuCause(string Reason, string Hint, string LogLine);

/// <summary>Finds the decisive line in a log of CRIU. Pure: a table of what CRIU writes, as seen in CRIU 4.2's sources and in runs.</summary>
internal static class CriuCauses
{
    private const int LongestLogLine = 400;

    private static readonly (string Fragment, string? Reason, string Hint)[] Table =
    [
        ("[io_uring]", Reasons.IoUring, "a process uses io_uring, which no checkpoint carries"),
        ("Can't lookup mount", Reasons.VolumeUnsupported, "a file is open on a mount that the container no longer has, or that is not the container's own"),
        ("External socket is used", Reasons.ExternalSocket, "a unix socket is connected to a process outside the container"),
        ("Can't dump half of stream unix connection", Reasons.ExternalSocket, "a unix socket is connected to a process outside the container"),
        ("Can't dump ghost file", Reasons.CheckpointFailed, "a deleted file that is still open is larger than CRIU's ghost limit"),
        ("Can't create link remap", Reasons.CheckpointFailed, "a file is open under a name that was deleted, while it has another name"),
        ("Can't dump that handle", Reasons.CheckpointFailed, "a process watches by inotify what was created, renamed or deleted while the pod was being moved; another try can succeed"),
        ("Can't find suitable path for handle", Reasons.WatchUnsupported, "a process watches a deleted file by inotify"),
        ("in-flight connection", Reasons.CheckpointFailed, "a connection was being set up when the pod was frozen; another try can succeed"),
        ("xsave size mismatch", Reasons.CpuIncompatible, "the two processors save different register states (xsave area)"),
        ("Can't dump nested", Reasons.CheckpointFailed, "the container has nested namespaces that cannot be carried"),
        ("Timeout reached", Reasons.FreezeBudgetExceeded, "the processes could not be stopped in time"),
        ("Dirty tracking is OFF", Reasons.StrategyUnsupported, "the kernel does not track written pages (CONFIG_MEM_SOFT_DIRTY)"),
        ("No space left on device", Reasons.TargetNoRoom, "the node's memory file system is full"),
        ("Cannot allocate memory", Reasons.TargetNoRoom, "the node has no memory left"),
        ("cpu feature", Reasons.CpuIncompatible, "the processor lacks a feature that the process was dumped with"),
        ("CPU capabilities do not match", Reasons.CpuIncompatible, "the processor lacks a feature that the process was dumped with"),
        ("tty: Found slave peer index", Reasons.TerminalUnsupported, "a process has a terminal"),
        ("Can't bind inet socket", Reasons.RestoreFailed, "the address or port is taken on the target"),
        ("is already in use", Reasons.RestoreFailed, "a name or number that the process had is taken on the target"),
    ];

    /// <param name="log">Text of dump.log or restore.log, maybe empty.</param>
    /// <param name="otherwise">The reason when no line is known: CheckpointFailed or RestoreFailed.</param>
    public static CriuCause Find(string log, string otherwise)
    {
        var errors = log.Split('\n').Where(line => line.Contains("Error (", StringComparison.Ordinal)).ToList();
        foreach (var line in errors)
        {
            foreach (var (fragment, reason, hint) in Table)
            {
                if (line.Contains(fragment, StringComparison.OrdinalIgnoreCase)) { return new CriuCause(reason ?? otherwise, hint, Short(line)); }
            }
        }
        // CRIU tells the cause first and then everything that fails because of it. Its complaint about its own rlimit is harmless.
        var decisive = errors.FirstOrDefault(line => !line.Contains("rlimit: Can't setup RLIMIT_NOFILE for self", StringComparison.Ordinal));
        return decisive is null ? new CriuCause(otherwise, "CRIU's log names no error", "") : new CriuCause(otherwise, "CRIU could not go on", Short(decisive));
    }

    private static string Short(string line)
    {
        var trimmed = line.Trim();
        return trimmed.Length > LongestLogLine ? trimmed[..LongestLogLine] : trimmed;
    }
}
