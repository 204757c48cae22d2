using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Planning.Placement;
using Rebalancer.Planning.Waves;
using Rebalancer.Policy;

namespace Rebalancer.Planning;

/// <summary>From steps by number to a plan that explains itself.</summary>
internal sealed class PlanDraft(PlacementProblem problem, PlanPolicy policy, ClusterSnapshot snapshot)
{
    private readonly bool[] wasUsed = UsedNodes(problem);
    private readonly WaveGroups groups = new(problem.Index.Table, snapshot.Budgets);

    public PlacementProblem Problem => problem;

    public List<Step> Steps(PlacementState state)
        => [.. Enumerable.Range(0, state.At.Length).Where(p => state.At[p] >= 0 && state.At[p] != problem.Home[p])
            .Select(p => new Step(p, problem.Home[p], state.At[p])).OrderBy(s => s.Source).ThenBy(s => s.Pod)];

    public MoveSequencer Sequencer() => new(problem, policy, groups);

    /// <summary>One plan and then another, as moves from where the first began; null where the second needs a node that the first does not know.</summary>
    public List<Step>? Compose(MovePlan first, MovePlan second)
    {
        var targets = first.Moves.Concat(second.Moves).GroupBy(m => (m.Uid, m.Namespace + "/" + m.Pod)).ToDictionary(g => g.Key, g => problem.Index.NodeNumber(g.Last().Target));
        if (targets.Values.Any(t => t < 0))
        {
            return null;
        }

        return [.. Enumerable.Range(0, problem.Index.Pods.Length)
            .Select(p => new Step(p, problem.Home[p], targets.GetValueOrDefault((problem.Index.Pods[p].Uid, problem.Index.Pods[p].FullName), problem.Home[p])))
            .Where(s => s.Source != s.Target).OrderBy(s => s.Source).ThenBy(s => s.Pod)];
    }

    /// <param name="explain">Whether to say of every node why it stays; that takes longest.</param>
    /// <param name="end">Where the waves end, if that is at hand.</param>
    public MovePlan ToPlan(List<List<Step>> waves, bool explain, PlacementState? end = null)
    {
        var steps = waves.SelectMany(w => w).ToList();
        var state = end ?? StateAfter(steps);
        var balance = Balance(state, steps);
        var (verdict, reason) = BenefitRule.Judge(balance, policy);
        var plan = new MovePlan { Verdict = verdict, Reason = reason, Balance = balance, Warnings = [.. problem.Costs.Prices.Select(p => p.Warning).OfType<InvalidField>()] };
        if (verdict != PlanVerdict.Act)
        {
            return plan with { FreedNodes = Freed(WasEmpty), KeptNodes = explain ? Kept(StateAfter([])) : [] };
        }

        return plan with
        {
            NewNodes = [.. Nodes().Where(n => problem.Offered[n] && !state.IsEmpty(n)).Select(NewNodeOf)],
            Waves = [.. waves.Select(w => new MoveWave([.. w.Select(s => ToMove(s, state))]))],
            FreedNodes = Freed(state.IsEmpty),
            KeptNodes = explain ? Kept(state) : [],
        };
    }

    private PlacementState StateAfter(List<Step> steps)
    {
        var state = new PlacementState(problem);
        steps.ForEach(s => state.TakeOut(s.Pod));
        steps.ForEach(s => state.Put(s.Pod, s.Target));
        return state;
    }

    private PlanBalance Balance(PlacementState state, List<Step> steps)
    {
        var before = Nodes().Where(n => !problem.Offered[n]).Aggregate(new Money(0), (sum, n) => sum + Price(n));
        var gone = Nodes().Where(n => !problem.Offered[n] && state.IsEmpty(n) && !WasEmpty(n) && problem.Kept(n) is null).Aggregate(new Money(0), (sum, n) => sum + Price(n));
        var added = Nodes().Where(n => problem.Offered[n] && !state.IsEmpty(n)).Aggregate(new Money(0), (sum, n) => sum + Price(n));
        var better = steps.Sum(s => problem.Costs.PerHour(s.Pod, s.Source) - problem.Costs.PerHour(s.Pod, s.Target));
        // An empty node that pods now go to can no longer be removed for nothing.
        var reopened = Nodes().Where(n => !problem.Offered[n] && WasEmpty(n) && !state.IsEmpty(n) && problem.Kept(n) is null).Aggregate(new Money(0), (sum, n) => sum + Price(n));
        return new PlanBalance(
            before,
            before - gone + added + reopened,
            new Money(Math.Round((decimal)better, 9)),
            new Money(steps.Sum(s => problem.MoveUsd(s.Pod))),
            policy.StableHours,
            steps.Count,
            Enumerable.Range(0, problem.Home.Length).Count(p => problem.Home[p] >= 0 && !problem.GoesWithNode(p)));
    }

    private PlannedMove ToMove(Step step, PlacementState state)
    {
        var (pod, source) = (problem.Index.Pods[step.Pod], problem.Index.Nodes[step.Source]);
        var better = problem.Costs.PerHour(step.Pod, step.Source) - problem.Costs.PerHour(step.Pod, step.Target);
        var reason = state.IsEmpty(step.Source) && problem.Kept(step.Source) is null ? $"empties {source.Name}, which costs {Price(step.Source)}/h"
            : better > 0 ? $"expects {new Money(Math.Round((decimal)better, 9))}/h less of losses and unmet wishes"
            : $"makes room on {source.Name}";
        var isEviction = problem.Evicted[step.Pod];
        return new PlannedMove(
            pod.Namespace, pod.Name, pod.Uid, source.Name, problem.Index.Nodes[step.Target].Name, new Money(problem.MoveUsd(step.Pod)), isEviction ? $"evicted, as it cannot move live: {reason}" : reason, isEviction);
    }

    private ImmutableArray<FreedNode> Freed(Func<int, bool> isEmpty)
        => [.. Nodes().Where(n => !problem.Offered[n] && isEmpty(n) && problem.Kept(n) is null)
            .Select(n => new FreedNode(problem.Index.Nodes[n].Name, problem.Costs.Prices[n], WasEmpty(n)))];

    private ImmutableArray<KeptNode> Kept(PlacementState state)
    {
        var reasons = new KeptNodeReasons(problem, state);
        return [.. Nodes().Where(n => !problem.Offered[n] && (!state.IsEmpty(n) || problem.Kept(n) is not null))
            .Select(n => new KeptNode(problem.Index.Nodes[n].Name, problem.Costs.Prices[n], reasons.Of(n)))];
    }

    private NewNode NewNodeOf(int node)
        => new(problem.Index.Nodes[node].Name, problem.Index.Nodes[node].Machine.InstanceType, Offers.ModelOf(problem.Index.Nodes[node].Name), problem.Costs.Prices[node]);

    private static bool[] UsedNodes(PlacementProblem problem)
    {
        var used = new bool[problem.Index.Nodes.Length];
        for (var pod = 0; pod < problem.Home.Length; pod++)
        {
            if (problem.Home[pod] >= 0 && !problem.GoesWithNode(pod)) { used[problem.Home[pod]] = true; }
        }

        return used;
    }

    private bool WasEmpty(int node) => !wasUsed[node];

    private Money Price(int node) => problem.Costs.Prices[node].PerHour;

    private IEnumerable<int> Nodes() => Enumerable.Range(0, problem.Index.Nodes.Length);
}
