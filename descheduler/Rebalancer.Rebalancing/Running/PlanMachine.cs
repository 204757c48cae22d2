using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Proposals;

namespace Rebalancer.Rebalancing.Running;

/// <summary>
/// The state machine of a plan: Proposed, then Running, then Completed or Stopped; or Rejected or Expired without having run. Each look starts from what is there, so that it makes no
/// difference who looked last. Pure.
/// </summary>
public static class PlanMachine
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);

    public static PlanStep Next(PlanView view) => view.Plan.Status.Phase switch
    {
        null or PlanPhases.Proposed => Proposed(view),
        PlanPhases.Running => PlanProgress.Next(view),
        _ => Stay(view.Plan.Status),
    };

    private static PlanStep Proposed(PlanView view)
    {
        if (End(view) is var (phase, reason, message))
        {
            return Stay(Say(view, phase, reason, message) with { CompletedAt = view.Now });
        }

        if (Wait(view) is { } wait)
        {
            return Stay(Say(view, PlanPhases.Proposed, wait.Reason, wait.Message)) with { LookAgainAfter = wait.For };
        }

        var needsNodes = view.Plan.Spec.NewNodes.Count > 0;
        if ((needsNodes ? NewNodes.Objection(view) : view.Objection()) is { } objection)
        {
            return Stay(Say(view, PlanPhases.Expired, PlanReasons.NoLongerHolds, objection) with { CompletedAt = view.Now });
        }

        if (needsNodes)
        {
            return Stay(Say(view, PlanPhases.Running, PlanReasons.AwaitsNodes, NewNodes.Asking(view.Plan)) with { StartedAt = view.Now }) with { LookAgainAfter = TimeSpan.Zero };
        }

        var status = Say(view, PlanPhases.Running, PlanReasons.Moving, $"0 of {view.Plan.Spec.Moves.Count} moves have ended") with { StartedAt = view.Now };
        return new PlanStep(status, [], [], PlanProgress.ToEmpty(view, []), TimeSpan.Zero);
    }

    private static (string Phase, string Reason, string Message)? End(PlanView view)
    {
        var (plan, rules) = (view.Plan, view.Rules);
        return plan.Spec.Approval is { Decision: ApprovalDecisions.Rejected } rejection ? (PlanPhases.Rejected, PlanReasons.RejectedByUser, $"rejected by {rejection.By ?? "somebody"}{(rejection.Note is { Length: > 0 } note ? ": " + note : "")}")
            : rules is null ? (PlanPhases.Expired, PlanReasons.PolicyChanged, $"RebalancePolicy {plan.Spec.PolicyName} is gone or makes no sense")
            : view.PolicyGeneration != plan.Spec.PolicyGeneration ? (PlanPhases.Expired, PlanReasons.PolicyChanged, $"RebalancePolicy {plan.Spec.PolicyName} has changed: the plan was made under generation {plan.Spec.PolicyGeneration}, it is {view.PolicyGeneration}")
            // What somebody has approved stands until it has begun, or no longer holds.
            : plan.Spec.Approval is not null ? null
            : view.FollowedBy is { } next ? (PlanPhases.Expired, PlanReasons.Superseded, $"plan {next} has followed")
            : view.Now - ProposalRule.MadeAt(plan) > ProposalRule.Validity ? (PlanPhases.Expired, PlanReasons.TooOld, $"proposed more than {ProposalRule.Validity.TotalHours:0} h ago")
            : null;
    }

    /// <summary>What stands between the proposal and its moves, the first of it.</summary>
    private static (string Reason, string Message, TimeSpan? For)? Wait(PlanView view)
    {
        var (plan, rules) = (view.Plan, view.Rules!);
        var settled = ProposalRule.MadeAt(plan) + view.Settle - view.Now;
        var rest = view.LastEnded is { } ended ? ended + rules.CoolDowns.Plan - view.Now : TimeSpan.Zero;
        return plan.Spec.Moves.Count == 0 ? (PlanReasons.NothingToDo, plan.Spec.Reason, null)
            : rules.Mode == Policy.RebalanceMode.Observe ? (PlanReasons.Observing, "the policy only observes", null)
            : rules.Mode == Policy.RebalanceMode.Recommend && plan.Spec.Approval is null ? (PlanReasons.AwaitsApproval, $"kubectl rebalancer approve {plan.Metadata.Name}", null)
            : view.Paused is { } paused ? (PlanReasons.Paused, $"the policy is paused: {paused}", null)
            : view.OtherRuns is { } other ? (PlanReasons.AnotherPlanRuns, $"plan {other} runs", null)
            : view.BreakerOpenUntil is { } open ? (PlanReasons.BreakerOpen, $"most of the last moves failed: no plan begins until {open:O}", open - view.Now)
            : rest > TimeSpan.Zero ? (PlanReasons.CoolDown, $"the policy's last plan ended at {view.LastEnded:O}, and the next one begins {rules.CoolDowns.Plan.TotalMinutes:0.#} min after that", rest)
            : PlanProgress.Allowed(view).Closed is { } closed ? (PlanReasons.BudgetClosed, closed.Because, closed.Until - view.Now ?? Later)
            : settled > TimeSpan.Zero ? (PlanReasons.Settling, "it is looked at again before it begins", settled)
            : null;
    }

    internal static RebalancePlanStatus Say(PlanView view, string phase, string reason, string message)
        => view.Plan.Status with { Phase = phase, Reason = reason, Message = message };

    internal static PlanStep Stay(RebalancePlanStatus status) => new(status, [], [], []);
}
