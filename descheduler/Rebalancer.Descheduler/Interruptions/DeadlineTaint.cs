using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>
/// Keeps new pods, and moved ones, off a node that is to be left and does not say so by our taint yet; takes the taint back with the announcement. Taints that
/// others set (an agent with its notice, a person) are theirs. Pure.
/// </summary>
internal static class DeadlineTaint
{
    public const string Value = "terminates-at";
    public const string MaintenanceValue = "maintenance";

    /// <summary>Another program's sign.</summary>
    public const string ForeignValue = "announced";
    private const string Effect = "NoSchedule";

    public static bool IsOurs(V1Taint taint) => taint.Key == Names.InterruptionTaint && taint.Value is Value or MaintenanceValue or ForeignValue;

    /// <summary>The taints that the node is to have; null: those it has.</summary>
    public static IReadOnlyList<V1Taint>? Change(V1Node node)
    {
        var taints = node.Spec?.Taints ?? [];
        var wanted = Announcements.Has(node, Names.TerminatesAt) ? Value
            : ForeignSigns.Of(node) is not null ? ForeignValue
            : Announcements.Has(node, Names.Maintenance) ? MaintenanceValue
            : null;
        if (wanted is not null && !taints.Any(t => t.Key == Names.InterruptionTaint && t.Effect == Effect))
        {
            return [.. taints, new V1Taint { Key = Names.InterruptionTaint, Value = wanted, Effect = Effect }];
        }

        return wanted is null && taints.Any(IsOurs) ? [.. taints.Where(t => !IsOurs(t))] : null;
    }
}
