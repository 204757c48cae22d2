namespace Rebalancer.Lab.Host;

/// <summary>The root file system of a lab node, and the one of programs that only some workloads' images need: no node and no test waits for those.</summary>
internal static class RootFileSystem
{
    public const string Variable = "REBALANCER_ROOTFS";
    public const string KubectlVariable = "REBALANCER_KUBECTL";

    public const string CacheFolder = "/var/cache/rebalancer";

    private static readonly DebianRoot Nodes = new(
        "rootfs",
        "the nodes' root file system",
        [
            "busybox-static", "ca-certificates", "containerd", "containernetworking-plugins", "criu", "fonts-dejavu-core", "iproute2", "iptables", "kubernetes-client", "libssl3t64",
            "nftables", "podman", "postgresql", "procps", "python3", "python3-websockets", "redis-server", "redis-tools", "runc", "util-linux",
        ],
        ["usr/bin/containerd", "usr/sbin/runc", "usr/sbin/criu", "usr/lib/cni/bridge", "usr/bin/redis-server", "usr/bin/kubectl", "usr/bin/psql"]);

    /// <summary>What images of workloads are made of that no node has.</summary>
    public static readonly DebianRoot Programs = new(
        "programs",
        "a root file system with the workloads' programs",
        ["busybox-static", "nginx-light", "nodejs", "openjdk-25-jdk-headless"],
        ["usr/bin/busybox", "usr/sbin/nginx", "usr/bin/node", "usr/lib/jvm/java-25-openjdk-amd64/bin/javac"]);

    public static string Path => Nodes.Path;

    public static string Kubectl => Path + "/usr/bin/kubectl";

    /// <exception cref="Processes.CommandException">debootstrap failed.</exception>
    public static Task EnsureAsync(TextWriter log, CancellationToken cancel) => Nodes.EnsureAsync(log, cancel);
}
