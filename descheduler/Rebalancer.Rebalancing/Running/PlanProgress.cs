using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Rebalancing.Running;

/// <summary>A plan on its way: what has become of each move, which may begin now, and when it has ended. Pure.</summary>
internal static class PlanProgress
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);

    /// <summary>Evictions are asked for again as by kubectl drain.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static PlanStep Next(PlanView view)
    {
        var plan = view.Plan;
        var tried = plan.Spec.Moves.Select((m, i) => MoveState.Of(view, m, i)).ToArray();
        var states = TryAgain(view, tried);
        var allowed = Allowed(view, states);
        var nodes = NewNodes.Look(view);
        var stop = WhyStop(view, tried, allowed) ?? WhyStopped(plan, tried) ?? (nodes.Stop is var (reason, message) ? (reason, message, false) : null);
        if (stop is not null) { states = tried; }
        Skip(view, states, stop);
        ImmutableArray<int> begin = stop is null && !nodes.IsWaiting ? [.. ToBegin(view, states, allowed)] : [];
        foreach (var number in begin)
        {
            states[number] = plan.Spec.Moves[number].IsEviction ? states[number] with { Result = MoveResults.Running, StartedAt = view.Now }
                : states[number] with { Result = MoveResults.Running, Migration = states[number].Migration ?? PlanMigrations.NameOf(plan, number) };
        }

        ImmutableArray<int> again = [.. Enumerable.Range(0, states.Length).Where(i => states[i].IsRefused)];

        var ended = Array.TrueForAll(states, s => s.IsOver);
        var status = Status(view, states, stop, ended);
        if (nodes.IsWaiting && !ended)
        {
            // Nodes that are to be empty take pods as long as nothing replaces them.
            return PlanMachine.Stay(PlanMachine.Say(view, PlanPhases.Running, PlanReasons.AwaitsNodes, NewNodes.Asking(plan)) with { NewNodes = nodes.Arrived }) with { LookAgainAfter = nodes.Arrived is null ? Later : TimeSpan.Zero };
        }

        var abort = stop?.Abort == true ? states.Where(s => s.Result == MoveResults.Running).Select(s => s.Migration).OfType<string>().ToImmutableArray() : [];
        var isSoon = !again.IsEmpty || Array.Exists(states, s => s.MayBeginAt > view.Now);
        return new PlanStep(status, [.. again, .. begin], abort, ToEmpty(view, states), ended ? null : isSoon ? Soon : Later);
    }

    /// <summary>Nodes that nothing keeps once the moves that are still possible have been made.</summary>
    public static ImmutableHashSet<string> ToEmpty(PlanView view, MoveState[] states)
    {
        var (plan, stay) = (view.Plan, Staying(view, states));
        var left = plan.Spec.Moves.Select(m => m.SourceNode).ToHashSet(StringComparer.Ordinal);
        return [.. plan.Spec.FreedNodes.Where(n => !n.WasEmpty && left.Contains(n.Name) && !stay.Contains(n.Name)).Select(n => n.Name)];
    }

    /// <summary>What the policy's budgets leave to a plan at this moment, for each reason that its moves have.</summary>
    public static Budgets Allowed(PlanView view, MoveState[]? states = null)
    {
        var reasons = view.Plan.Spec.Moves.Where((_, i) => states?[i].IsOver != true).Select(m => m.Reason).Distinct();
        return new Budgets(reasons.ToImmutableDictionary(r => r, r => BudgetCalendar.At(view.Rules?.Budgets ?? [], r, view.Now, view.Nodes, view.Pods)));
    }

    private static (string Reason, string Message, bool Abort)? WhyStop(PlanView view, MoveState[] states, Budgets allowed)
    {
        var failed = states.Count(s => s.Result is MoveResults.Failed or MoveResults.RolledBack);
        return view.Rules is null ? (PlanReasons.PolicyChanged, "its policy is gone or makes no sense", false)
            : view.PolicyGeneration != view.Plan.Spec.PolicyGeneration ? (PlanReasons.PolicyChanged, "its policy has changed", false)
            : view.Paused is { } paused ? (PlanReasons.Paused, $"the policy is paused: {paused}", false)
            : view.BreakerOpenUntil is not null ? (PlanReasons.BreakerOpen, $"{failed} of its moves failed", false)
            : allowed.Closed is { } closed ? (PlanReasons.BudgetClosed, closed.Because, view.Rules.StopAtWindowEnd)
            : null;
    }

    /// <summary>Once stopped it does not go on, also where the cause has passed.</summary>
    private static (string Reason, string Message, bool Abort)? WhyStopped(RebalancePlan plan, MoveState[] states)
        => Array.Exists(states, s => s.Reason == PlanReasons.PlanStopped) ? (plan.Status.Reason ?? PlanReasons.PlanStopped, "it was stopped", false) : null;

    /// <summary>Else one broken connection would keep a node that others have left already, and what was to come into the room that the pod leaves. Not where its node stays anyway.</summary>
    private static MoveState[] TryAgain(PlanView view, MoveState[] tried)
    {
        MoveState[] again = [.. tried.Select((s, i) => s.Again(view, i) ?? s)];
        var stay = Staying(view, again);
        return [.. again.Select((s, i) => stay.Contains(view.Plan.Spec.Moves[i].SourceNode) ? tried[i] : s)];
    }

    /// <summary>A move for a node that stays anyway would save nothing.</summary>
    private static void Skip(PlanView view, MoveState[] states, (string Reason, string Message, bool Abort)? stop)
    {
        var (plan, stay) = (view.Plan, Staying(view, states));
        for (var i = 0; i < states.Length; i++)
        {
            if ((states[i].Result is null || states[i].IsRefused) && (stop is not null || stay.Contains(plan.Spec.Moves[i].SourceNode)))
            {
                states[i] = states[i] with { Result = MoveResults.Skipped, IsRefused = false, Reason = stop is null ? PlanReasons.NodeStays : PlanReasons.PlanStopped };
            }
        }
    }

    /// <summary>Nodes that a pod should have left and has not. One that has gone in another way than it was to keeps none: it was lost, or went by itself.</summary>
    private static HashSet<string> Staying(PlanView view, MoveState[] states)
        => [.. states.Select((s, i) => (s, i)).Where(x => x.s.IsOver && x.s.Result != MoveResults.Succeeded).Select(x => view.Plan.Spec.Moves[x.i])
            .Where(m => view.Pod(m) is { Finished: false, Terminating: false } pod && pod.NodeName == m.SourceNode).Select(m => m.SourceNode)];

    /// <summary>Moves of the first wave that has not ended, as many as the budgets leave.</summary>
    private static IEnumerable<int> ToBegin(PlanView view, MoveState[] states, Budgets allowed)
    {
        var moves = view.Plan.Spec.Moves;
        var open = Enumerable.Range(0, states.Length).Where(i => !states[i].IsOver).ToList();
        if (open.Count == 0)
        {
            yield break;
        }

        var wave = open.Min(i => moves[i].Wave);
        // A node is disturbed from its first move to its last.
        var disturbed = Enumerable.Range(0, states.Length).Where(i => states[i].Result is not null).Select(i => moves[i].SourceNode)
            .Intersect(open.Select(i => moves[i].SourceNode)).ToHashSet(StringComparer.Ordinal);
        var running = states.Count(s => s.Result == MoveResults.Running);
        var next = open.Where(i => states[i].Result is null && moves[i].Wave == wave).ToList();
        // Nodes whose further moves are of later waves would keep this wave's from beginning, and those would wait for it: while nothing runs, they rest.
        if (running == 0 && !next.Exists(i => disturbed.Contains(moves[i].SourceNode)))
        {
            disturbed.Clear();
        }

        var left = states.Select((s, i) => (s, i)).Where(x => x.s.Result == MoveResults.Running).Select(x => moves[x.i].SourceNode).ToHashSet(StringComparer.Ordinal);
        foreach (var number in next)
        {
            var (source, (nodes, pods)) = (moves[number].SourceNode, allowed.Of(moves[number].Reason));
            var mayLeave = left.Contains(source) || (left.Count < (nodes ?? int.MaxValue) && (disturbed.Contains(source) || disturbed.Count < (nodes ?? int.MaxValue)));
            if (running >= (pods ?? int.MaxValue) || !mayLeave || states[number].MayBeginAt > view.Now)
            {
                continue;
            }

            running++;
            left.Add(source);
            disturbed.Add(source);
            yield return number;
        }
    }

    private static RebalancePlanStatus Status(PlanView view, MoveState[] states, (string Reason, string Message, bool Abort)? stop, bool ended)
    {
        int Count(string result) => states.Count(s => s.Result == result);
        var good = Count(MoveResults.Succeeded);
        var (failed, skipped) = (Count(MoveResults.Failed) + Count(MoveResults.RolledBack), Count(MoveResults.Skipped));
        var sums = $"{good} of {states.Length} moves succeeded{(failed > 0 ? $", {failed} failed" : "")}{(skipped > 0 ? $", {skipped} were not begun" : "")}";
        var outcomes = states.Select((s, i) => s.ToOutcome(view.Plan.Spec.Moves[i])).OfType<MoveOutcome>().ToList();
        var status = !ended ? PlanMachine.Say(view, PlanPhases.Running, stop?.Reason ?? PlanReasons.Moving, stop is null ? sums : $"it stops, {stop.Value.Message}: {sums}")
            : good == states.Length ? PlanMachine.Say(view, PlanPhases.Completed, PlanReasons.Done, sums)
            : PlanMachine.Say(view, PlanPhases.Stopped, stop?.Reason ?? PlanReasons.MovesFailed, stop is null ? sums : $"{stop.Value.Message}: {sums}");
        return status with { Moves = outcomes, CompletedAt = ended ? view.Now : null };
    }
}

/// <summary>By reason of a move: what may be disturbed at a time.</summary>
internal sealed record Budgets(ImmutableDictionary<string, Allowance> ByReason)
{
    /// <summary>Nothing may begin, for whatever reason; null: something may.</summary>
    public (string Because, DateTimeOffset? Until)? Closed
        => !ByReason.IsEmpty && ByReason.Values.All(a => a.ClosedBecause is not null) ? (ByReason.Values.First().ClosedBecause!, ByReason.Values.Min(a => a.ChangesAt)) : null;

    public (int? Nodes, int? Pods) Of(string reason) => ByReason.TryGetValue(reason, out var allowance) ? (allowance.Nodes, allowance.Pods) : (null, null);
}
