using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Descheduler.Migratable;

/// <summary>
/// Whether a pod could move, as far as objects show, so that its owner learns it before it matters. What only its node can see (an io_uring, a device), preflight
/// finds. Pure.
/// </summary>
internal static class MigratableRule
{
    private const string Good = "Movable";

    /// <param name="node">Where the pod runs; null: unknown.</param>
    /// <param name="storage">Its claims and their volumes.</param>
    /// <returns>The condition that the pod should have; null: it says nothing about such a pod.</returns>
    public static V1PodCondition? Of(V1Pod pod, V1Node? node, Func<StorageInfo> storage, MoveLimits limits, DateTimeOffset now)
    {
        // A pod of a DaemonSet belongs to its node, and one that has ended to nobody.
        if (pod.Status?.Phase != "Running" || pod.Metadata.DeletionTimestamp is not null || pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") == true)
        {
            return null;
        }

        var refusal = Refusal.Join(MovabilityRefusals.Check(PodMapping.ToModel(pod, []), storage, () => node is null ? null : NodeMapping.ToModel(node, []), TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds), automatic: false))
            ?? (node?.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) == true ? null : new Refusal(Reasons.AgentMissing, $"no agent runs on node {pod.Spec.NodeName}"));
        var known = pod.Status.Conditions?.FirstOrDefault(c => c.Type == Names.LiveMigratable);
        var status = refusal is null ? "True" : "False";
        return new V1PodCondition
        {
            Type = Names.LiveMigratable,
            Status = status,
            Reason = refusal?.Reason ?? Good,
            Message = refusal is not null ? refusal.Message : GatedPods.HasClaims(pod) ? Reattachment.Note : null,
            LastTransitionTime = known?.Status == status ? known.LastTransitionTime : now.UtcDateTime,
        };
    }

    public static bool IsCurrent(V1Pod pod, V1PodCondition wanted)
        => pod.Status?.Conditions?.FirstOrDefault(c => c.Type == wanted.Type) is { } known
            && (known.Status, known.Reason, known.Message ?? "") == (wanted.Status, wanted.Reason, wanted.Message ?? "");
}
