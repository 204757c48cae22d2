using k8s.Models;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>What another program writes on a node that it is about to take away.</summary>
/// <param name="Key">Of a taint, or type of a condition that is True.</param>
/// <param name="Source">Who writes it, and where that is documented.</param>
internal sealed record ForeignSign(string Key, string Source);

/// <summary>
/// Taints and conditions of others that count as an announcement without a deadline: whoever writes them drains the node himself, and evicts in his own time.
/// Left out on purpose: what marks a mere candidate (DeletionCandidateOfClusterAutoscaler) or a risk (aws-node-termination-handler/rebalance-recommendation), a
/// cordon, which says nothing about pods, and nodes from which nothing can move any more (node.kubernetes.io/out-of-service,
/// node.cloudprovider.kubernetes.io/shutdown). Pure.
/// </summary>
internal static class ForeignSigns
{
    public static readonly ForeignSign[] Taints =
    [
        new("karpenter.sh/disrupted", "Karpenter 1.0: Disruption, Termination Controller"),
        new("ToBeDeletedByClusterAutoscaler", "Cluster Autoscaler: FAQ, How does scale-down work"),
        new("aws-node-termination-handler/spot-itn", "AWS Node Termination Handler: Taint Node"),
        new("aws-node-termination-handler/scheduled-maintenance", "AWS Node Termination Handler: Taint Node"),
        new("aws-node-termination-handler/asg-lifecycle-termination", "AWS Node Termination Handler: Taint Node"),
        new("cloud.google.com/impending-node-termination", "GKE: Manage node disruption"),
        new("remediator.kubernetes.azure.com/unschedulable", "AKS: Node auto-drain"),
    ];

    public static readonly ForeignSign[] Conditions =
    [
        new("PreemptScheduled", "AKS: Node Problem Detector, node conditions"),
        new("RebootScheduled", "AKS: Node Problem Detector, node conditions"),
        new("RedeployScheduled", "AKS: Node Problem Detector, node conditions"),
        new("TerminateScheduled", "AKS: Node Problem Detector, node conditions"),
    ];

    /// <summary>The first that the node has; null: none.</summary>
    public static ForeignSign? Of(V1Node node)
        => Taints.FirstOrDefault(sign => node.Spec?.Taints?.Any(t => t.Key == sign.Key) == true)
            ?? Conditions.FirstOrDefault(sign => node.Status?.Conditions?.Any(c => c.Type == sign.Key && c.Status == "True") == true);
}
