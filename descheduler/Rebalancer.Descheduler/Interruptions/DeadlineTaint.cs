using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>
/// Keeps new pods off a node whose end somebody has announced by the annotation alone, and takes the taint back with the announcement. Taints that others
/// set (an agent with its notice, a person) are theirs. Pure.
/// </summary>
internal static class DeadlineTaint
{
    public const string Value = "terminates-at";
    private const string Effect = "NoSchedule";

    public static bool IsOurs(V1Taint taint) => taint.Key == Names.InterruptionTaint && taint.Value == Value;

    /// <summary>The taints that the node is to have; null: those it has.</summary>
    public static IReadOnlyList<V1Taint>? Change(V1Node node)
    {
        var taints = node.Spec?.Taints ?? [];
        var announced = node.Metadata.Annotations?.ContainsKey(Names.TerminatesAt) == true;
        if (announced && !taints.Any(t => t.Key == Names.InterruptionTaint && t.Effect == Effect))
        {
            return [.. taints, new V1Taint { Key = Names.InterruptionTaint, Value = Value, Effect = Effect }];
        }

        return !announced && taints.Any(IsOurs) ? [.. taints.Where(t => !IsOurs(t))] : null;
    }
}
