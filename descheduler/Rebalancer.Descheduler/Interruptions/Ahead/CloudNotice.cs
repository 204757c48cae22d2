using k8s.Models;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>How long before a spot machine's end its cloud says so. Pure.</summary>
internal static class CloudNotice
{
    /// <summary>EC2: Spot Instance interruption notices.</summary>
    private static readonly TimeSpan Aws = TimeSpan.FromSeconds(120);

    /// <summary>Compute Engine: Spot VMs, preemption process. Azure: Scheduled Events, Preempt. Of another cloud no more is promised.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    public static TimeSpan Of(V1Node node) => node.Spec?.ProviderID?.StartsWith("aws://", StringComparison.Ordinal) == true ? Aws : Shortest;
}
