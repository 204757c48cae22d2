namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>The smallest bundle that is like a pod's container: busybox sleeps, and the annotations are those of containerd's CRI plugin.</summary>
internal sealed class BusyboxBundle
{
    private readonly NodeRoot root;
    private readonly string config;

    public BusyboxBundle(NodeRoot root)
    {
        this.root = root;
        var rootFs = root.Outside(Path + "/rootfs");
        foreach (var folder in (string[])["bin", "proc", "dev"]) { Directory.CreateDirectory($"{rootFs}/{folder}"); }
        File.Copy(root.Outside("/usr/bin/busybox"), rootFs + "/bin/busybox");
        config = $$$"""
            {"ociVersion":"1.2.1","process":{"user":{"uid":0,"gid":0},"args":["/bin/busybox","sleep","1000"],"env":["PATH=/bin"],"cwd":"/"},
             "root":{"path":"rootfs"},"hostname":"bench","mounts":[{"destination":"/proc","type":"proc","source":"proc"},
               {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]}],
             "annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.sandbox-uid":"bench-uid","io.kubernetes.cri.sandbox-name":"bench",
               "io.kubernetes.cri.sandbox-namespace":"default","io.kubernetes.cri.container-name":"busybox"},
             "linux":{"cgroupsPath":"{{{root.Cgroup}}}","namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"}]}}
            """;
    }

    /// <summary>Inside the root.</summary>
    public static string Path => "/run/bench/bundle";

    /// <summary>As containerd writes it anew for every container.</summary>
    public void Reset() => File.WriteAllText(root.Outside(Path + "/config.json"), config);
}
