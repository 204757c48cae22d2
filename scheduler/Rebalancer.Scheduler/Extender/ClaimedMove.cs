using System.Text;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Scheduler.Cluster;

namespace Rebalancer.Scheduler.Extender;

/// <summary>The move that a replacement is made for: it belongs on the target, where its predecessor's memory is, and nowhere else.</summary>
internal sealed record ClaimedMove(string Migration, string SourceNode, string TargetNode)
{
    private readonly byte[] target = Encoding.UTF8.GetBytes(TargetNode);

    /// <summary>Null unless the annotations name a Migration that has not ended, and hold its claim: anybody can write an annotation.</summary>
    public static ClaimedMove? Of(PodHead pod, IndexKeeper keeper)
    {
        if (string.IsNullOrEmpty(pod.Migration) || string.IsNullOrEmpty(pod.Claim) || keeper.Running(pod.Namespace, pod.Migration) is not { } migration)
        {
            return null;
        }

        var status = migration.Status;
        return status.Claim?.Token == pod.Claim && status.TargetNode is { Length: > 0 } target
            && status.Decision != Decision.Aborted && (status.Claim.PodUID is null || status.Claim.PodUID == pod.Uid)
            ? new ClaimedMove($"{pod.Namespace}/{pod.Migration}", status.SourceNode ?? "", target)
            : null;
    }

    public bool IsTarget(ReadOnlySpan<byte> node) => node.SequenceEqual(target);
}
