using Rebalancer.Model;
using Rebalancer.Planning.Placement;
using Rebalancer.Planning.Search;
using Rebalancer.Planning.Waves;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Planning;

/// <summary>
/// The cheapest safe placement that moves can reach: node cost, expected loss by interruptions, wishes and the moves themselves, weighed together. Pure: the
/// same snapshot, policy, seed and limit of iterations give the same plan.
/// </summary>
public sealed class Planner(PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates, TimeProvider clock)
{
    /// <summary>After a plan another one must not find anything; where it does, that becomes a part of the first. So often at most.</summary>
    private const int MaxRounds = 6;

    /// <summary>Searches that go on because some of their moves could not be put in order.</summary>
    private const int MaxRetries = 3;

    public MovePlan Plan(ClusterSnapshot snapshot, PlanBudget budget)
    {
        var meter = new BudgetMeter(budget, clock);
        var draft = new PlanDraft(new PlacementProblem(snapshot, policy, hazards, estimates), policy, snapshot);
        var waves = Search(draft, meter, budget.Seed);
        var plan = draft.ToPlan(waves, explain: false);
        for (var round = 1; round < MaxRounds && plan.Verdict == PlanVerdict.Act && !meter.TimeIsUp; round++)
        {
            // Looked at as the next plan will look at it: everything in its new place, with nothing to lose.
            var settled = PlanOutcome.Apply(snapshot, plan, policy);
            var nextDraft = new PlanDraft(new PlacementProblem(settled, policy, hazards, estimates), policy, settled);
            var next = nextDraft.ToPlan(Search(nextDraft, meter, budget.Seed), explain: false);
            if (next.Verdict != PlanVerdict.Act || draft.Compose(plan, next) is not { } both)
            {
                break;
            }

            var together = draft.InOrder(both).Waves;
            var longer = draft.ToPlan(together, explain: false);
            if (longer.Verdict != PlanVerdict.Act || longer.Balance.NetBenefit <= plan.Balance.NetBenefit)
            {
                break;
            }

            (waves, plan) = (together, longer);
        }

        return draft.ToPlan(waves, explain: true);
    }

    /// <summary>
    /// Pods for whose moves no moment is found stay where they are, and the search goes on without them from where the others end; what is left in the end
    /// can be put in order.
    /// </summary>
    private static List<List<Step>> Search(PlanDraft draft, BudgetMeter meter, int seed)
    {
        var state = new PlacementState(draft.Problem);
        for (var retry = 0; ; retry++)
        {
            meter.Renew();
            var search = new PlacementSearch(draft.Problem, state, meter, new SearchRandom((ulong)seed));
            search.Descend();
            search.Improve();
            search.TakeBackUseless();
            var (waves, stuck) = draft.InOrder(draft.Steps(state));
            if (stuck.Count == 0 || retry == MaxRetries)
            {
                return waves;
            }

            stuck.ForEach(s => draft.Problem.Pin(s.Pod, $"pod {draft.Problem.Index.Pods[s.Pod].FullName} could move, but at no moment in which every rule holds on both nodes"));
            state.MoveTo(PlanDraft.Without(stuck, state));
        }
    }
}
