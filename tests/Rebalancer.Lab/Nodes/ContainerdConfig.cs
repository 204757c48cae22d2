namespace Rebalancer.Lab.Nodes;

/// <summary>containerd's configuration on a node.</summary>
internal static class ContainerdConfig
{
    public const string Path = "/etc/containerd/config.toml";
    public const string Socket = "/run/containerd/containerd.sock";

    /// <param name="pauseImage">Kept from being deleted, and used for sandboxes.</param>
    public static string Text(string pauseImage) => $"""
        version = 3
        root = "/var/lib/containerd"
        state = "/run/containerd"
        disabled_plugins = [
          "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.erofs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.native", "io.containerd.tracing.processor.v1.otlp",
        ]
        [grpc]
        address = "{Socket}"
        [plugins.'io.containerd.cri.v1.images'.pinned_images]
        sandbox = "{pauseImage}"
        [plugins.'io.containerd.cri.v1.runtime']
        restrict_oom_score_adj = true
        [plugins.'io.containerd.cri.v1.runtime'.cni]
        bin_dirs = ["/usr/lib/cni", "/opt/rebalancer/bin"]
        conf_dir = "/etc/cni/net.d"
        [plugins.'io.containerd.cri.v1.runtime'.containerd]
        default_runtime_name = "runc"
        {Runtime("runc", "/usr/sbin/runc")}
        {Runtime("rebalancer", "/opt/rebalancer/bin/rebalancer-runc")}
        """;

    private static string Runtime(string name, string binary) => $"""
        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.{name}]
        runtime_type = "io.containerd.runc.v2"
        pod_annotations = ["rebalancer.dev/*"]
        container_annotations = ["rebalancer.dev/*", "io.kubernetes.container.*"]
        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.{name}.options]
        SystemdCgroup = false
        BinaryName = "{binary}"
        """;
}
