using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Rules between a pod and a node alone, as kube-scheduler's NodeUnschedulable, TaintToleration and NodeAffinity have them.</summary>
internal static class NodeRules
{
    private static readonly Taint Unschedulable = new("node.kubernetes.io/unschedulable", "", "NoSchedule");

    public static RejectionKind Check(Placement placement, NodeInfo node)
    {
        if (node.Unschedulable && !Tolerates(placement, Unschedulable))
        {
            return RejectionKind.Unschedulable;
        }

        return !ToleratesTaints(placement, node) ? RejectionKind.Taint
            : WrongLabel(placement, node) is not null ? RejectionKind.NodeSelector
            : !MatchesTerms(placement, node) ? RejectionKind.NodeAffinity
            : RejectionKind.None;
    }

    public static string Explain(RejectionKind kind, Placement placement, NodeInfo node) => kind switch
    {
        RejectionKind.Unschedulable => "unschedulable",
        RejectionKind.Taint => Describe(node.Taints.First(t => Forbids(t) && !Tolerates(placement, t))),
        RejectionKind.NodeSelector when WrongLabel(placement, node) is { } key
            => $"nodeSelector {key}={placement.NodeSelector[key]}, the node has '{node.Labels.GetValueOrDefault(key)}'",
        _ => "required node affinity does not match: " + string.Join(" or ", placement.NodeTerms),
    };

    public static bool ToleratesTaints(Placement placement, NodeInfo node) => node.Taints.IsEmpty || node.Taints.All(t => !Forbids(t) || Tolerates(placement, t));

    /// <summary>Node selector and required node affinity, which must both hold.</summary>
    public static bool MatchesAffinity(Placement placement, NodeInfo node) => WrongLabel(placement, node) is null && MatchesTerms(placement, node);

    /// <summary>Taints of effect PreferNoSchedule that the pod does not tolerate.</summary>
    public static int SoftTaints(Placement placement, NodeInfo node) => node.Taints.Count(t => t.Effect == "PreferNoSchedule" && !Tolerates(placement, t));

    private static bool MatchesTerms(Placement placement, NodeInfo node) => placement.NodeTerms.IsEmpty || placement.NodeTerms.Any(t => t.Matches(node));

    /// <summary>The first by name, so that the order of the selector does not matter.</summary>
    private static string? WrongLabel(Placement placement, NodeInfo node)
    {
        string? wrong = null;
        if (!placement.NodeSelector.IsEmpty)
        {
            foreach (var (key, value) in placement.NodeSelector)
            {
                var isWrong = node.Labels.GetValueOrDefault(key) != value;
                if (isWrong && (wrong is null || string.CompareOrdinal(key, wrong) < 0)) { wrong = key; }
            }
        }

        return wrong;
    }

    private static bool Forbids(Taint taint) => taint.Effect is "NoSchedule" or "NoExecute";

    private static bool Tolerates(Placement placement, Taint taint) => placement.Tolerations.Any(t => t.Tolerates(taint));

    private static string Describe(Taint taint) => $"taint {taint.Key}={taint.Value}:{taint.Effect} is not tolerated";
}
