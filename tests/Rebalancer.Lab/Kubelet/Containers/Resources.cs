using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>Requests and limits of a container as cgroup values.</summary>
internal static class Resources
{
    private const long PeriodMicroseconds = 100_000;
    private const long MinimumShares = 2;
    private const long SharesPerCore = 1024;

    public static LinuxContainerResources Of(V1Pod pod, V1Container container)
    {
        var resources = new LinuxContainerResources
        {
            CpuShares = Math.Max(MinimumShares, (long)((QosClass.Request(container, "cpu") ?? 0) * SharesPerCore)),
            MemoryLimitInBytes = (long)(QosClass.Limit(container, "memory") ?? 0),
            OomScoreAdj = OomScore(pod),
        };
        if (QosClass.Limit(container, "cpu") is { } cores)
        {
            resources.CpuPeriod = PeriodMicroseconds;
            resources.CpuQuota = Math.Max(1000, (long)(cores * PeriodMicroseconds));
        }

        return resources;
    }

    /// <summary>kubelet's ends of the scale; what it computes between them for burstable pods from the node's memory is left out.</summary>
    private static long OomScore(V1Pod pod) => QosClass.Of(pod) switch { "Guaranteed" => -997, "Burstable" => 500, _ => 1000 };
}
