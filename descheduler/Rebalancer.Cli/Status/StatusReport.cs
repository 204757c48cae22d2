using k8s.Models;
using Rebalancer.Cli.Approvals;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Moves;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Status;

/// <summary>How Rebalancer is doing in a cluster.</summary>
/// <param name="NodesWithAgent">Null: nodes may not be looked at.</param>
/// <param name="Plans">Running, or waiting for an approval.</param>
/// <param name="Last">Moves that ended, latest first.</param>
internal sealed record StatusReport(
    IReadOnlyList<Component> Components, int? Nodes, int? NodesWithAgent, IReadOnlyList<PolicyState> Policies, IReadOnlyList<PlanRow> Plans, IReadOnlyList<MoveResult> Running, IReadOnlyList<MoveResult> Last)
{
    private const int LastMoves = 10;

    public static async Task<StatusReport> ReadAsync(ClusterConnection cluster, string ns, CancellationToken cancellation)
    {
        Component[] components =
        [
            await Component.DeploymentAsync(cluster, ns, "rebalancer-descheduler", cancellation),
            await Component.DeploymentAsync(cluster, ns, "rebalancer-scheduler", cancellation),
            await Component.DaemonSetAsync(cluster, ns, "rebalancer-agent", cancellation),
        ];
        var policies = await cluster.OwnAsync<RebalancePolicy>(ApiResource.RebalancePolicies, cancellation);
        var plans = await cluster.OwnAsync<RebalancePlan>(ApiResource.RebalancePlans, cancellation);
        var migrations = await cluster.OwnAsync<Migration>(ApiResource.Migrations, cancellation);
        var nodes = await NodesAsync(cluster, cancellation);
        return new StatusReport(
            components, nodes?.Count, nodes?.Count(n => n.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) == true),
            [.. policies.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Select(PolicyState.Of)],
            [.. plans.Where(IsOpen).OrderByDescending(p => p.Metadata.CreationTimestamp).Select(PlanRow.Of)],
            [.. migrations.Where(m => !Phases.IsFinal(m.Status.Phase)).OrderBy(m => m.Metadata.CreationTimestamp).Select(MoveResult.Of)],
            [.. migrations.Where(m => Phases.IsFinal(m.Status.Phase)).OrderByDescending(m => m.Status.CompletedAt).Take(LastMoves).Select(MoveResult.Of)]);
    }

    /// <summary>Plans that nobody would carry out are only a record.</summary>
    private static bool IsOpen(RebalancePlan plan) => plan.Status.Phase == PlanPhases.Running || (!PlanPhases.IsFinal(plan.Status.Phase) && plan.Spec.Verdict == PlanVerdicts.Act);

    private static async Task<List<V1Node>?> NodesAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        try
        {
            return await cluster.Client.ListAsync<V1Node>(ApiResource.Nodes, cancellation);
        }
        catch (ApiException e) when (e.Code == System.Net.HttpStatusCode.Forbidden)
        {
            return null;
        }
    }
}

/// <param name="Ready">True, False or Unknown; the message says what is wrong.</param>
internal sealed record PolicyState(string Name, string Mode, string Ready, string? Message, bool Paused, string? PausedBecause)
{
    public static PolicyState Of(RebalancePolicy policy)
    {
        var ready = policy.Status.Conditions?.FirstOrDefault(c => c.Type == PolicyConditions.Ready);
        var pause = Policies.PolicyPause.Of(policy);
        return new PolicyState(policy.Metadata.Name, policy.Spec.Mode ?? PolicyModes.Observe, ready?.Status ?? "Unknown", ready is null ? "no descheduler has looked at it" : ready.Message, pause.Paused, pause.Reason);
    }
}
