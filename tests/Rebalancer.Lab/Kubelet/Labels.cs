using k8s.Models;

namespace Rebalancer.Lab.Kubelet;

/// <summary>Labels and annotations by which kubelet finds its pods in the runtime again.</summary>
internal static class Labels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    public const string RestartCount = "io.kubernetes.container.restartCount";
    public const string ContainerHash = "io.kubernetes.container.hash";
    public const string TerminationMessagePath = "io.kubernetes.container.terminationMessagePath";
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";
    public const string PodTerminationGracePeriod = "io.kubernetes.pod.terminationGracePeriod";
    public const string ConfigSource = "kubernetes.io/config.source";
    public const string ConfigSeen = "kubernetes.io/config.seen";

    public static Dictionary<string, string> OfPod(V1Pod pod) => new()
    {
        [PodName] = pod.Name(),
        [PodNamespace] = pod.Namespace(),
        [PodUid] = pod.Uid(),
    };
}
