using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files;

/// <summary>Where kubelet keeps a pod's files on its node.</summary>
internal static class KubeletPaths
{
    private const string Pods = "/var/lib/kubelet/pods";
    private const string Logs = "/var/log/pods";

    public static string EmptyDir(string podUid, string volume) => $"{Pods}/{Safe(podUid)}/volumes/kubernetes.io~empty-dir/{Safe(volume)}";

    /// <summary>The folder of a container's logs: one file for each time it was started, 0.log and up.</summary>
    public static string ContainerLogs(string space, string pod, string podUid, string container) => $"{Logs}/{Safe(space)}_{Safe(pod)}_{Safe(podUid)}/{Safe(container)}";

    private static string Safe(string name) => RawName.IsPath(name) && !name.Contains('/', StringComparison.Ordinal) ? name : throw new ArgumentException($"'{name}' is no name of a folder", nameof(name));
}
