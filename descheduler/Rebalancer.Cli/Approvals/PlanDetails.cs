using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Spectre.Console;

namespace Rebalancer.Cli.Approvals;

/// <summary>All of one plan: what somebody who is to approve it wants to know, and later what came of each move.</summary>
internal sealed record PlanDetails(PlanRow Plan, PredictedSavings Predicted, IList<PlanNewNode> NewNodes, IReadOnlyList<PlannedMove> Moves, IList<PlanFreedNode> FreedNodes, string? Message, RealisedSavings? Realised)
{
    public static PlanDetails Of(RebalancePlan plan)
    {
        var outcomes = (plan.Status.Moves ?? []).ToLookup(m => (m.Namespace, m.Pod));
        return new PlanDetails(
            PlanRow.Of(plan), plan.Spec.Predicted, plan.Spec.NewNodes,
            [.. plan.Spec.Moves.Select(m => new PlannedMove(m, outcomes[(m.Namespace, m.Pod)].FirstOrDefault()))],
            plan.Spec.FreedNodes, plan.Status.Message, plan.Status.Realised);
    }

    public void Print(TextWriter output, IAnsiConsole console)
    {
        output.WriteLine($"RebalancePlan {Plan.Name} of policy {Plan.Policy}: {Plan.Phase}{(Message is { Length: > 0 } ? $" ({Message})" : "")}");
        output.WriteLine($"{Plan.Verdict}: {Plan.Reason}");
        output.WriteLine($"${Predicted.UsdPerHourBefore}/h becomes ${Predicted.UsdPerHourAfter}/h; the moves cost ${Predicted.UsdMoving}; ${Predicted.UsdNetBenefit} net over {Predicted.StableHours} h");
        if (Plan.Approval is { } approval)
        {
            output.WriteLine($"{approval}{(Plan.By is null ? "" : " by " + Plan.By)}{(Plan.Note is null ? "" : ": " + Plan.Note)}");
        }

        if (Realised is { } realised)
        {
            output.WriteLine($"Measured: ${realised.UsdPerHourSaved ?? new DecimalText(0)}/h saved, {Words.Count(realised.NodesGone, "node")} gone, {realised.SucceededMoves} moves succeeded and {realised.FailedMoves} did not, {Words.Milliseconds(realised.FreezeMs)} of freeze in all");
        }

        foreach (var node in NewNodes)
        {
            output.WriteLine($"First add {node.Name} ({node.InstanceType}, ${node.UsdPerHour}/h).");
        }

        TextTable.Print(
            console, Moves,
            ("wave", m => $"{m.Move.Wave}"), ("pod", m => $"{m.Move.Namespace}/{m.Move.Pod}"), ("from", m => m.Move.SourceNode), ("to", m => m.Move.TargetNode), ("cost of move", m => "$" + m.Move.UsdCost),
            ("why", m => m.Move.Message ?? m.Move.Reason), ("result", m => m.Outcome is { } outcome ? $"{outcome.Result}{(outcome.Reason is null ? "" : ": " + outcome.Reason)}" : ""));
        TextTable.Print(console, FreedNodes, ("node that can go", n => n.Name), ("$/h", n => n.UsdPerHour.ToString()), ("", n => n.WasEmpty ? "empty before" : "emptied"));
    }
}

/// <param name="Outcome">Null: it has not begun.</param>
internal sealed record PlannedMove(PlanMove Move, MoveOutcome? Outcome);
