namespace Rebalancer.Agent.Local;

/// <summary>Where the agent, the runtime wrapper and the CNI plugin meet on a node's file system.</summary>
public static class NodePaths
{
    /// <summary>On tmpfs, mode 0700: gone after a reboot.</summary>
    public const string RunFolder = "/run/rebalancer";
    public const string Socket = RunFolder + "/agent.sock";
    /// <summary>Checkpoint images: RunFolder/moves/{migration uid}/images/{container name}. Secrets; deleted after use.</summary>
    public const string MovesFolder = RunFolder + "/moves";
    /// <summary>CRIU's configuration of one container, written by the wrapper at create: RunFolder/criu/{container id}.conf.</summary>
    public const string CriuFolder = RunFolder + "/criu";
    /// <summary>A file named by container id: its processes were restored by us, so that `start` is a no-op once.</summary>
    public const string RestoredFolder = RunFolder + "/restored";

    /// <summary>A file named by container id: a restored copy that waits, frozen, for the other containers of its pod. Whoever ends it kills every process before it thaws.</summary>
    public const string ParkedFolder = RunFolder + "/parked";

    /// <summary>On disk, mode 0700: survives a reboot.</summary>
    public const string StateFolder = "/var/lib/rebalancer";
    /// <summary>A file named by pod UID: the pod was moved away; none of its containers may ever run here again. `create` fails, `kill` kills every process of the cgroup before it thaws.</summary>
    public const string ReleasedFolder = StateFolder + "/released";
    /// <summary>A file named by pod UID: its processes here are still needed by its move: for pages that its copy lacks, or because its object has gone before it. `kill` waits for the file to go.</summary>
    public const string ServingFolder = StateFolder + "/serving";
    /// <summary>A file named "{pod uid}_{container name}": its checkpoint was consumed; later creates are cold starts.</summary>
    public const string ConsumedFolder = StateFolder + "/consumed";
    /// <summary>A file named by migration uid: the source has sent, or is about to send, Committed.</summary>
    public const string CommitMarkers = StateFolder + "/commits";
    /// <summary>A file named by migration uid: CPU quotas that were changed and what they were before.</summary>
    public const string QuotaFolder = StateFolder + "/quotas";

    /// <summary>A program that only ends, with exit code 0: what a run-once init container of a moved pod runs in its place. Not below /run, which may forbid programs.</summary>
    public const string Nothing = StateFolder + "/bin/nothing";
    /// <summary>CRIU's action script.</summary>
    public const string CriuScript = StateFolder + "/bin/criu-action";
    /// <summary>Folder with programs that CRIU finds before the node's own.</summary>
    public const string CriuTools = StateFolder + "/bin/criu-tools";

    /// <summary>
    /// Files of pods that are on their way here, by migration uid: beside containerd's snapshots and kubelet's volumes, so that they get into their place by
    /// renaming. Where those lie elsewhere, they are copied.
    /// </summary>
    public const string StagedLayers = "/var/lib/containerd/rebalancer";
    public const string StagedVolumes = "/var/lib/kubelet/rebalancer";

    /// <summary>This node's certificate, its key and what it trusts, where the agent asks the cluster for them.</summary>
    public const string TlsFolder = StateFolder + "/tls";

    /// <summary>Link to the folder of containerd's network configurations, where that is not the usual one.</summary>
    public const string NetworkFolder = StateFolder + "/networks";
    public const string UsualNetworkFolder = "/etc/cni/net.d";

    /// <summary>One folder for each version, as the agent's image brings it, and the links below.</summary>
    public const string InstallFolder = "/opt/rebalancer";
    /// <summary>Link to the version in use.</summary>
    public const string CurrentVersion = InstallFolder + "/current";
    /// <summary>Link to the node's own runc, as its containerd finds it.</summary>
    public const string Runc = InstallFolder + "/runc";
    public const string BundledCriu = CurrentVersion + "/libexec/criu";
    public const string BinFolder = InstallFolder + "/bin";
    /// <summary>The wrapper's binary, also called under this name as CRIU's action script.</summary>
    public const string RuncWrapper = BinFolder + "/rebalancer-runc";
    public const string Ipam = BinFolder + "/rebalancer-ipam";
}
