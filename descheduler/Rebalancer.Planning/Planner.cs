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
        // Putting moves in order and explaining them takes about as long as the way here.
        meter.Reserve(meter.Elapsed);
        var (waves, end) = Search(draft, meter, budget.Seed);
        if (meter.TimeIsUp)
        {
            return draft.ToPlan(waves, explain: true, end);
        }

        var plan = draft.ToPlan(waves, explain: false);
        for (var round = 1; round < MaxRounds && plan.Verdict == PlanVerdict.Act && !meter.TimeIsUp; round++)
        {
            // Looked at as the next plan will look at it: everything in its new place, with nothing to lose.
            var settled = PlanOutcome.Apply(snapshot, plan, policy);
            var nextDraft = new PlanDraft(new PlacementProblem(settled, policy, hazards, estimates), policy, settled);
            var next = nextDraft.ToPlan(Search(nextDraft, meter, budget.Seed).Waves, explain: false);
            if (next.Verdict != PlanVerdict.Act || draft.Compose(plan, next) is not { } both)
            {
                break;
            }

            var together = draft.Sequencer().Order(both).Waves;
            var longer = draft.ToPlan(together, explain: false);
            if (longer.Verdict != PlanVerdict.Act || longer.Balance.NetBenefit <= plan.Balance.NetBenefit)
            {
                break;
            }

            (waves, plan) = (together, longer);
        }

        return draft.ToPlan(waves, explain: true);
    }

    private static (List<List<Step>> Waves, PlacementState End) Search(PlanDraft draft, BudgetMeter meter, int seed)
    {
        meter.Renew();
        var state = new PlacementState(draft.Problem);
        var search = new PlacementSearch(draft.Problem, state, meter, new SearchRandom((ulong)seed));
        search.PackPools();
        search.Descend();
        search.Improve();
        search.TakeBackUseless();
        return (InOrder(draft, state, search), state);
    }

    /// <summary>
    /// Where no moment is found for some moves, the others end first; then their nodes are emptied in another way, if there is one, by pods that have not
    /// moved yet. What is left in the end stays where it is.
    /// </summary>
    private static List<List<Step>> InOrder(PlanDraft draft, PlacementState state, PlacementSearch search)
    {
        var sequencer = draft.Sequencer();
        var (waves, stuck) = sequencer.Order(draft.Steps(state));
        for (var retry = 0; stuck.Count > 0 && retry < MaxRetries; retry++)
        {
            state.TakeBack(stuck);
            state.SettleMoved();
            search.EmptyOnly(stuck.Select(s => s.Source).Distinct());
            (var more, stuck) = sequencer.Order(draft.Steps(state).FindAll(s => state.MayMove(s.Pod)));
            waves.AddRange(more);
        }

        state.TakeBack(stuck);
        return waves;
    }
}
