using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>How likely a node is to be interrupted. Pure.</summary>
/// <param name="IsRecommendedToLeave">Its cloud says so.</param>
/// <param name="HazardPerHour">Expected interruptions per hour.</param>
internal readonly record struct NodeRisk(bool IsRecommendedToLeave, double HazardPerHour)
{
    /// <summary>Of the threshold: a hazard that only moves about it begins and gives up nothing over and over.</summary>
    private const double LeavePart = 0.5;

    public static NodeRisk Of(V1Node node, double hazardPerHour) => new(node.Spec?.Taints?.Any(t => t.Key == Names.RecommendationTaint) == true, hazardPerHour);

    public bool IsHigh(AheadRules rules) => IsRecommendedToLeave || HazardPerHour >= rules.HazardPerHour;

    public bool HasPassed(AheadRules rules) => !IsRecommendedToLeave && !(HazardPerHour >= rules.HazardPerHour * LeavePart);
}
