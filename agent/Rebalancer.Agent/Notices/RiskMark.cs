using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Notices;

/// <summary>
/// How a cloud's recommendation to leave is written on a Node: the taint that risk models read, in an effect that forbids nothing. It makes other nodes better
/// and moves no pod by itself.
/// </summary>
internal static class RiskMark
{
    /// <summary>By which a taint of this agent is told from that of AWS's node termination handler.</summary>
    public const string TaintValue = "rebalancer-agent";
    public const string Effect = "PreferNoSchedule";

    /// <returns>Whether the node was changed.</returns>
    public static bool Set(V1Node node, bool isRisky)
    {
        var taints = node.Spec?.Taints ?? [];
        if (isRisky == taints.Any(IsOurs))
        {
            return false;
        }

        node.Spec ??= new V1NodeSpec();
        node.Spec.Taints = isRisky
            ? [.. taints, new V1Taint { Key = Names.RecommendationTaint, Value = TaintValue, Effect = Effect }]
            : [.. taints.Where(t => !IsOurs(t))];
        return true;
    }

    private static bool IsOurs(V1Taint taint) => taint is { Key: Names.RecommendationTaint, Value: TaintValue, Effect: Effect };
}
