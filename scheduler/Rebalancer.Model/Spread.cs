namespace Rebalancer.Model;

/// <summary>
/// A topology spread constraint (kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints). The selector holds matchLabelKeys already;
/// a null selector matches no pod.
/// </summary>
/// <param name="MinDomains">With fewer eligible domains than this, the least count is taken as 0. At least 1.</param>
/// <param name="Required">DoNotSchedule; otherwise a preference.</param>
/// <param name="HonorAffinity">Only nodes that the pod's node affinity and selector allow count as domains.</param>
/// <param name="HonorTaints">Only nodes whose taints the pod tolerates count as domains.</param>
public sealed record SpreadConstraint(string TopologyKey, LabelSelector? Selector, int MaxSkew, int MinDomains, bool Required, bool HonorAffinity, bool HonorTaints);
