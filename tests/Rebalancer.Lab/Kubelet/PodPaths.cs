using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet;

/// <summary>Paths of a pod's files on its node, as under a real kubelet.</summary>
internal static class PodPaths
{
    public static string Folder(string podUid) => $"/var/lib/kubelet/pods/{podUid}";

    public static string Volume(V1Pod pod, string plugin, string volume) => $"{Folder(pod.Uid())}/volumes/kubernetes.io~{plugin}/{volume}";

    public static string EtcHosts(V1Pod pod) => $"{Folder(pod.Uid())}/etc-hosts";

    public static string TerminationLog(V1Pod pod, string container, int attempt) => $"{Folder(pod.Uid())}/containers/{container}/{attempt:x8}";

    public static string Logs(V1Pod pod) => $"/var/log/pods/{pod.Namespace()}_{pod.Name()}_{pod.Uid()}";

    /// <summary>The pod's cgroup below the node's, as kubelet's cgroupfs driver names it.</summary>
    public static string Cgroup(string parent, V1Pod pod) => $"/{parent}/{Quality(QosClass.Of(pod))}/pod{pod.Uid()}";

    /// <summary>Every path that the pod's cgroup may have; an orphan's class is not known any more.</summary>
    public static IEnumerable<string> Cgroups(string parent, V1Pod pod) => ((string[])["Guaranteed", "Burstable", "BestEffort"]).Select(quality => $"/{parent}/{Quality(quality)}/pod{pod.Uid()}");

    private static string Quality(string qosClass) => qosClass switch
    {
        "Guaranteed" => "kubepods",
        "Burstable" => "kubepods/burstable",
        _ => "kubepods/besteffort",
    };
}
