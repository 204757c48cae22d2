using System.Net;
using Rebalancer.Cli.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;

namespace Rebalancer.Cli.Approvals;

/// <summary>Gives a plan its approval: once, by compare-and-set.</summary>
internal sealed class PlanDecision(ClusterConnection cluster)
{
    /// <summary>The leader writes into the plan too; each of its writes may come between.</summary>
    private const int MaxAttempts = 5;
    private const int MaxUserLength = 253;

    /// <returns>The plan as it is then, and what to tell.</returns>
    /// <exception cref="CliException">There is no such plan, or nothing to decide about it.</exception>
    public async Task<(RebalancePlan Plan, string Sentence)> DecideAsync(string name, string decision, string? note, CancellationToken cancellation)
    {
        var user = await cluster.UserAsync(cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var plan = await cluster.Client.GetAsync<RebalancePlan>(ApiResource.RebalancePlans, null, name, cancellation) ?? throw CliException.NotFound(RebalancePlan.RebalancePlanKind, name);
            if (plan.Spec.Approval is { } given && given.Decision == decision)
            {
                return (plan, $"RebalancePlan {name} is {Lower(decision)} already{By(given.By)}");
            }

            if (Against(plan) is { } problem)
            {
                throw CliException.Bad(problem);
            }

            try
            {
                var by = user is { Length: > MaxUserLength } ? user[..MaxUserLength] : user;
                var decided = await WriteAsync(plan, new PlanApproval { Decision = decision, By = by, Note = note }, cancellation);
                return (decided, $"RebalancePlan {name} is {Lower(decision)}{By(by)}{await ObservedAsync(decided, decision, cancellation)}");
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.Conflict && attempt < MaxAttempts)
            {
                // Somebody wrote in between: read again, and decide again.
            }
        }
    }

    private Task<RebalancePlan> WriteAsync(RebalancePlan plan, PlanApproval approval, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = plan.Metadata.Uid, ["resourceVersion"] = plan.Metadata.ResourceVersion },
            ["spec"] = new Dictionary<string, object> { ["approval"] = approval },
        };
        return cluster.Client.MergeAsync<RebalancePlan>(ApiResource.RebalancePlans, null, plan.Metadata.Name, patch, cancellation);
    }

    private static InvalidField? Against(RebalancePlan plan)
    {
        var item = $"{RebalancePlan.RebalancePlanKind} {plan.Metadata.Name}";
        return plan.Spec.Approval is { } given ? new InvalidField(item, "spec.approval.decision", given.Decision + By(given.By), "nothing, for it is given once")
            : PlanPhases.IsFinal(plan.Status.Phase) ? new InvalidField(item, "status.phase", plan.Status.Phase!, $"a plan that has not ended{(plan.Status.Message is { Length: > 0 } why ? $" ({why})" : "")}")
            : plan.Spec.Moves.Count == 0 ? new InvalidField(item, "spec.moves", "empty", "moves to decide about")
            : null;
    }

    /// <summary>Whoever approves under a policy that carries nothing out would wait for ever.</summary>
    private async Task<string> ObservedAsync(RebalancePlan plan, string decision, CancellationToken cancellation)
    {
        var policy = decision == ApprovalDecisions.Approved ? await cluster.Client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, plan.Spec.PolicyName, cancellation) : null;
        return policy switch
        {
            null => "",
            { Spec.Mode: null or PolicyModes.Observe } => $"; its policy {plan.Spec.PolicyName} is in mode {PolicyModes.Observe}, under which nothing is carried out",
            _ when policy.Metadata.Annotations?.ContainsKey(Names.Paused) == true => $"; its policy {plan.Spec.PolicyName} is paused",
            _ => "",
        };
    }

    private static string By(string? user) => user is { Length: > 0 } ? " by " + user : "";

    private static string Lower(string decision) => decision == ApprovalDecisions.Approved ? "approved" : "rejected";
}
