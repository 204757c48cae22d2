using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>What the running processes hold that a checkpoint cannot carry.</summary>
internal sealed class ProcessRules(ProcFolder proc)
{
    private static readonly string[] HarmlessDevices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/mqueue", "/dev/core"];

    /// <param name="kubeletMounts">Mount points (in the container) of volumes whose content the target makes again: nothing in them may be held open.</param>
    public Refusal? Check(RuncState container, RuncState? sandbox, IReadOnlyCollection<int> pids, IReadOnlyCollection<string> kubeletMounts)
    {
        var init = container.InitPid;
        foreach (var kind in new[] { "net", "pid", "ipc" })
        {
            if (proc.Namespace(init, kind) is { Length: > 0 } own && own == proc.Namespace(1, kind)) { return new(Reasons.HostNamespace, $"container {container.ContainerName} is in the node's {kind} namespace"); }
        }
        if (sandbox is not null && proc.Namespace(init, "pid") == proc.Namespace(sandbox.InitPid, "pid"))
        {
            return new(Reasons.SharedProcessNamespace, $"container {container.ContainerName} shares its pid namespace with the pod");
        }
        return pids.Select(pid => CheckProcess(pid, kubeletMounts)).FirstOrDefault(refusal => refusal is not null);
    }

    private Refusal? CheckProcess(int pid, IReadOnlyCollection<string> kubeletMounts)
    {
        var watched = new Lazy<HashSet<ulong>>(() => InodesOf(pid, kubeletMounts));
        foreach (var (descriptor, target) in proc.Descriptors(pid))
        {
            if (CheckDescriptor(pid, descriptor, target, kubeletMounts) is { } refusal) { return refusal; }
            if (target == "anon_inode:inotify" && WatchesOneOf(pid, descriptor, watched)) { return new(Reasons.ProjectedFileOpen, $"process {pid} watches a file of a volume that kubelet provides (inotify, descriptor {descriptor})"); }
        }
        foreach (var line in proc.Lines(pid, "maps"))
        {
            var path = line.IndexOf('/', StringComparison.Ordinal) is var at and > 0 ? line[at..] : "";
            if (IsBelow(path, kubeletMounts)) { return new(Reasons.ProjectedFileOpen, $"process {pid} maps {path}, which kubelet provides"); }
        }
        return null;
    }

    private static Refusal? CheckDescriptor(int pid, string descriptor, string target, IReadOnlyCollection<string> kubeletMounts)
    {
        if (target.StartsWith("anon_inode:[io_uring]", StringComparison.Ordinal)) { return new(Reasons.IoUring, $"process {pid} uses io_uring (descriptor {descriptor})"); }
        if (IsBelow(target, kubeletMounts)) { return new(Reasons.ProjectedFileOpen, $"process {pid} holds {target} open, which kubelet provides (descriptor {descriptor})"); }
        if (target.StartsWith("/dev/pts/", StringComparison.Ordinal) || target is "/dev/tty" or "/dev/ptmx" or "/dev/console") { return new(Reasons.TerminalUnsupported, $"process {pid} has a terminal: {target} (descriptor {descriptor})"); }
        if (target.StartsWith("/dev/", StringComparison.Ordinal) && !HarmlessDevices.Any(harmless => target == harmless || target.StartsWith(harmless + "/", StringComparison.Ordinal)))
        {
            return new(Reasons.DeviceUnsupported, $"process {pid} has device {target} open (descriptor {descriptor})");
        }
        return null;
    }

    private static bool IsBelow(string path, IReadOnlyCollection<string> mounts) => mounts.Any(mount => path == mount || path.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>An inotify watch is known by inode only: "inotify wd:1 ino:8e2 sdev:..".</summary>
    private bool WatchesOneOf(int pid, string descriptor, Lazy<HashSet<ulong>> inodes)
    {
        foreach (var line in proc.Lines(pid, "fdinfo/" + descriptor))
        {
            var at = line.IndexOf("ino:", StringComparison.Ordinal);
            if (!line.StartsWith("inotify ", StringComparison.Ordinal) || at < 0) { continue; }
            var hex = line[(at + 4)..].Split(' ')[0];
            if (ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var inode) && inodes.Value.Contains(inode)) { return true; }
        }
        return false;
    }

    private HashSet<ulong> InodesOf(int pid, IReadOnlyCollection<string> mounts)
    {
        var inodes = new HashSet<ulong>();
        foreach (var mount in mounts)
        {
            foreach (var path in FileTree.Walk(proc.PathOf(pid, "root") + mount)) { inodes.Add(FileTree.Inode(path)); }
        }
        return inodes;
    }
}
