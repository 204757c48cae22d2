using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

internal static class WorkloadMapping
{
    public static PriorityClassInfo ToModel(V1PriorityClass c) => new(c.Metadata.Name, c.Value ?? 0, c.GlobalDefault ?? false);

    public static void Into<T>(this T item, ICollection<WorkloadInfo> workloads, Func<T, (V1ObjectMeta Metadata, int? Replicas)> read, string kind)
    {
        var (metadata, replicas) = read(item);
        workloads.Add(new WorkloadInfo(kind, metadata.NamespaceProperty ?? "", metadata.Name, metadata.Uid ?? "", PodMapping.Owner(metadata), replicas));
    }
}
