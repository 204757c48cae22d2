using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Rebalancing.Running;

/// <summary>
/// Nodes of a plan that were not there when it was made. They are asked for when the plan begins, by pods that only need room (a placeholder for each), and no pod moves before all have come and
/// the plan has been looked at again with what really came. Pure.
/// </summary>
public static class NewNodes
{
    /// <summary>Cluster Autoscaler and Karpenter take one to five minutes for a node.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>After nodes that were asked for have not come, plans of the policy do without for so long: the type may be sold out, or nobody adds nodes here.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromHours(6);

    /// <summary>Of the placeholder of one new node, the same however often it is asked.</summary>
    /// <param name="plan">Whose node it is.</param>
    /// <param name="number">Of the new node, from 0.</param>
    public static string KeyOf(RebalancePlan plan, int number) => $"{plan.Metadata.Uid}-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Numbers of the new nodes that need their placeholder: until they are there, and then until a pod has begun to move to them, so that no autoscaler takes an empty node away.</summary>
    public static IEnumerable<int> Wanted(RebalancePlan plan)
    {
        if (plan.Status.Phase != PlanPhases.Running) { return []; }
        var begun = (plan.Status.Moves ?? []).Select(o => (o.Namespace, o.Pod)).ToHashSet();
        var taken = plan.Spec.Moves.Where(m => begun.Contains((m.Namespace, m.Pod))).Select(m => m.TargetNode).ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, plan.Spec.NewNodes.Count).Where(i => !taken.Contains(plan.Spec.NewNodes[i].Name));
    }

    /// <summary>The node to which a move goes: of a new one, that which has come for it.</summary>
    public static string TargetOf(RebalancePlan plan, PlanMove move) => plan.Status.NewNodes?.FirstOrDefault(n => n.Name == move.TargetNode)?.Node ?? move.TargetNode;

    /// <summary>Whether a plan of the policy may count on nodes that are not there yet.</summary>
    /// <param name="plansOfPolicy">That are kept.</param>
    /// <param name="now">Of this look.</param>
    public static bool MayBeAskedFor(IEnumerable<RebalancePlan> plansOfPolicy, DateTimeOffset now)
        => !plansOfPolicy.Any(p => p.Status is { Reason: PlanReasons.NodesDidNotCome, CompletedAt: { } ended } && now - ended < Rest);

    /// <summary>Before anybody pays for a node: why the plan no longer holds, as far as that can be seen without the nodes.</summary>
    internal static string? Objection(PlanView view)
        => view.Plan.Spec.Moves.Where((m, i) => MoveState.Of(view, m, i).IsOver).Select(m => $"pod {m.Namespace}/{m.Pod} is no longer on node {m.SourceNode}").FirstOrDefault();

    internal static NewNodeLook Look(PlanView view)
    {
        var (plan, status) = (view.Plan, view.Plan.Status);
        if (plan.Spec.NewNodes.Count == 0 || (status.NewNodes is not null && status.Reason != PlanReasons.AwaitsNodes)) { return new(null, IsWaiting: false, null); }
        if (status.NewNodes is not null)
        {
            return new(null, IsWaiting: false, view.Objection() is { } objection ? (PlanReasons.NoLongerHolds, objection) : null);
        }

        var nodes = plan.Spec.NewNodes.Select((n, i) => new ArrivedNode { Name = n.Name, Node = view.ArrivedNode(i) ?? "" }).ToList();
        if (nodes.TrueForAll(n => n.Node.Length > 0)) { return new(nodes, IsWaiting: true, null); }
        var missing = string.Join(", ", nodes.Where(n => n.Node.Length == 0).Select(n => n.Name));
        return new(null, IsWaiting: true, view.Now - status.StartedAt > Limit ? (PlanReasons.NodesDidNotCome, $"{missing} did not come within {Limit.TotalMinutes:0} min") : null);
    }

    internal static string Asking(RebalancePlan plan)
        => $"asked for {string.Join(", ", plan.Spec.NewNodes.GroupBy(n => n.InstanceType, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"))}";
}

/// <summary>How it stands with a running plan's new nodes.</summary>
/// <param name="Arrived">All of them, at the look at which the last was seen; null: before, and after it has been written.</param>
/// <param name="IsWaiting">No move may begin yet.</param>
/// <param name="Stop">Why the plan is to end without them.</param>
internal sealed record NewNodeLook(IList<ArrivedNode>? Arrived, bool IsWaiting, (string Reason, string Message)? Stop);
