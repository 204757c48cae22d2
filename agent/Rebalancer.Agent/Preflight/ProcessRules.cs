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
        var agent = ProcFolder.Text("/proc/self/status");
        return pids.Select(pid => LimitRights.Check(agent, ProcFolder.Text(proc.PathOf(pid, "status")), container.ContainerName, pid) ?? CheckProcess(pid, kubeletMounts)).FirstOrDefault(refusal => refusal is not null);
    }

    private Refusal? CheckProcess(int pid, IReadOnlyCollection<string> kubeletMounts)
    {
        foreach (var (descriptor, target) in proc.Descriptors(pid))
        {
            if (CheckDescriptor(pid, descriptor, target, kubeletMounts) is { } refusal) { return refusal; }
        }
        var provided = new Lazy<HashSet<InodeKey>>(() => InodesOf(pid, kubeletMounts));
        foreach (var watch in new FileWatches(proc).Of(pid))
        {
            if (provided.Value.Contains(watch.Watched)) { return new(Reasons.ProjectedFileOpen, $"process {pid} watches a file of a volume that kubelet provides (inotify, descriptor {watch.Descriptor})"); }
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
        if (target.StartsWith("anon_inode:[io_uring]", StringComparison.Ordinal)) { return new(Reasons.IoUring, $"process {pid} uses io_uring (descriptor {descriptor}); with the seccomp profile RuntimeDefault of containerd 2 it would get none"); }
        if (IsBelow(target, kubeletMounts)) { return new(Reasons.ProjectedFileOpen, $"process {pid} holds {target} open, which kubelet provides (descriptor {descriptor})"); }
        if (target.StartsWith("/dev/pts/", StringComparison.Ordinal) || target is "/dev/tty" or "/dev/ptmx" or "/dev/console") { return new(Reasons.TerminalUnsupported, $"process {pid} has a terminal: {target} (descriptor {descriptor})"); }
        if (target.StartsWith("/dev/", StringComparison.Ordinal) && !HarmlessDevices.Any(harmless => target == harmless || target.StartsWith(harmless + "/", StringComparison.Ordinal)))
        {
            return new(Reasons.DeviceUnsupported, $"process {pid} has device {target} open (descriptor {descriptor})");
        }
        return null;
    }

    private static bool IsBelow(string path, IReadOnlyCollection<string> mounts) => mounts.Any(mount => path == mount || path.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal));

    private HashSet<InodeKey> InodesOf(int pid, IReadOnlyCollection<string> mounts)
    {
        var inodes = new HashSet<InodeKey>();
        foreach (var mount in mounts)
        {
            foreach (var status in FileTree.Walk(proc.PathOf(pid, "root") + mount).Select(FileTree.Status)) { inodes.Add(new InodeKey(status.Device, status.Inode)); }
        }
        return inodes;
    }
}
