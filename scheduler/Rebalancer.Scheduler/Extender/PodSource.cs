using k8s.Models;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Scheduler.Cluster;

namespace Rebalancer.Scheduler.Extender;

/// <summary>The pod that a request is about. It is nearly always in the cache in just this version, and need not be read from the request then.</summary>
internal sealed class PodSource(ClusterCache cache)
{
    /// <exception cref="System.Text.Json.JsonException">The pod is not of the API's shape.</exception>
    public PodInfo Of(ExtenderArgs args)
    {
        var head = args.Pod;
        var known = cache.Pods.Get(head.Namespace, head.Name);
        var isSame = head.ResourceVersion.Length > 0 && known?.Metadata.ResourceVersion == head.ResourceVersion && known.Metadata.Uid == head.Uid;
        return PodMapping.ToModel(isSame ? known! : Parse(args.PodJson), []);
    }

    private static V1Pod Parse(ReadOnlySpan<byte> json)
    {
        var pod = ForeignObject.Read<V1Pod>(json);
        pod.Metadata ??= new V1ObjectMeta();
        return pod;
    }
}
