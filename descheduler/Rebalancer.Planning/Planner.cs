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

    private const int MaxNodesSearchedTwice = 1000;

    /// <summary>Of the time that is left, for the searches from the two starts, which run beside each other.</summary>
    private const double PartOfStarts = 0.6;

    /// <summary>Likewise, for each search after them.</summary>
    private const double PartOfOneSearch = 0.4;

    /// <summary>Searches without the moves of earlier ones that could not be put in order.</summary>
    private const int MaxDetours = 8;

    public MovePlan Plan(ClusterSnapshot snapshot, PlanBudget budget)
    {
        var meter = new BudgetMeter(budget, clock);
        var draft = new PlanDraft(new PlacementProblem(snapshot, policy, hazards, estimates), policy, snapshot);
        // Putting moves in order and explaining them takes about as long as the way here.
        meter.Reserve(meter.Elapsed);
        var found = Search(draft, meter, budget.Seed);
        var waves = found.Waves;
        if (meter.TimeIsUp)
        {
            return draft.ToPlan(waves, explain: true, found.End);
        }

        var plan = draft.ToPlan(waves, explain: false, found.End);
        for (var round = 1; round < MaxRounds && plan.Verdict == PlanVerdict.Act && !meter.TimeIsUp; round++)
        {
            // Looked at as the next plan will look at it: everything in its new place, with nothing to lose. Where that does not go together with this one, with what has moved at rest.
            var settled = PlanOutcome.Apply(snapshot, plan, policy);
            var next = Next(settled);
            var longer = next is null ? null : Longer(draft, plan, waves, next) ?? (Next(PlanOutcome.AtRest(settled, plan)) is { } rested ? Longer(draft, plan, waves, rested) : null);
            if (longer is null)
            {
                break;
            }

            (waves, plan) = longer.Value;
        }

        return draft.ToPlan(waves, explain: true);

        MovePlan? Next(ClusterSnapshot settled)
        {
            var nextDraft = new PlanDraft(new PlacementProblem(settled, policy, hazards, estimates), policy, settled);
            var nextFound = Search(nextDraft, meter, budget.Seed);
            var next = nextDraft.ToPlan(nextFound.Waves, explain: false, nextFound.End);
            return next.Verdict == PlanVerdict.Act ? next : null;
        }
    }

    /// <summary>
    /// Both plans in one, if that is better than the first: with each pod sent at once where it ends, or, where those moves cannot be put in order, the first as it is and then what the second
    /// has for pods that have not moved.
    /// </summary>
    private (List<List<Step>> Waves, MovePlan Plan)? Longer(PlanDraft draft, MovePlan first, List<List<Step>> waves, MovePlan second)
    {
        if (draft.Compose(first, second) is not { } both)
        {
            return null;
        }

        var moved = waves.SelectMany(w => w).Select(s => s.Pod).ToHashSet();
        var sequencer = draft.Sequencer();
        List<List<Step>> appended = [.. sequencer.Order([.. waves.SelectMany(w => w)]).Waves, .. sequencer.Order(both.FindAll(s => !moved.Contains(s.Pod))).Waves];
        return new[] { draft.Sequencer().Order(both).Waves, appended }
            .Where(w => w.Sum(wave => wave.Count) <= policy.Limits.Moves)
            .Select(w => (Waves: w, Plan: draft.ToPlan(w, explain: false)))
            .Where(c => c.Plan.Verdict == PlanVerdict.Act && c.Plan.Balance.NetBenefit > first.Balance.NetBenefit)
            .OrderByDescending(c => c.Plan.Balance.NetBenefit).Select(c => ((List<List<Step>>, MovePlan)?)c).FirstOrDefault();
    }

    /// <summary>
    /// From whole pools packed anew, and, where there is time for it, from things as they are, at the same time: neither start is better for every cluster. Where
    /// the best placement has moves that stand in each other's way, then again without one of them: one that costs as little may be within reach.
    /// </summary>
    private static Found Search(PlanDraft draft, BudgetMeter meter, int seed)
    {
        var isLarge = draft.Problem.Index.Nodes.Length > MaxNodesSearchedTwice;
        if (isLarge || meter.TimeIsUp)
        {
            return Search(draft, meter.Part(1), seed, packs: true, []);
        }

        var (ofPacked, ofOther) = (meter.Part(PartOfStarts), meter.Part(PartOfStarts));
        var other = Task.Run(() => Search(draft, ofOther, seed, packs: false, []));
        List<Found> found = [Search(draft, ofPacked, seed, packs: true, []), other.GetAwaiter().GetResult()];
        HashSet<Step> avoided = [];
        for (var detour = 0; detour < MaxDetours && !meter.TimeIsUp && found.MinBy(f => f.Sought) is { Blocked.Count: > 0 } best && best.Sought < found.Min(f => f.End.Cost); detour++)
        {
            // One of them: without it the others may find their moment.
            avoided.Add(best.Blocked[0]);
            best.Blocked.RemoveAt(0);
            found.Add(Search(draft, meter.Part(PartOfOneSearch), seed, best.Packs, avoided));
        }

        return found.MaxBy(f => draft.ToPlan(f.Waves, explain: false, f.End).Balance.NetBenefit.Usd)!;
    }

    private static Found Search(PlanDraft draft, BudgetMeter meter, int seed, bool packs, IReadOnlyCollection<Step> avoided)
    {
        var state = new PlacementState(draft.Problem);
        state.Avoid(avoided);
        var search = new PlacementSearch(draft.Problem, state, meter, new SearchRandom((ulong)seed));
        if (packs) { search.PackPools(); }
        search.Descend();
        search.Improve();
        search.TakeBackUseless();
        var sought = state.Cost;
        var (waves, blocked) = InOrder(draft, state, search);
        return new Found(waves, blocked, state, packs, sought);
    }

    /// <summary>
    /// Where no moment is found for some moves, the others end first; then their nodes are emptied in another way, if there is one, by pods that have not
    /// moved yet. What is left in the end stays where it is.
    /// </summary>
    private static (List<List<Step>> Waves, List<Step> Blocked) InOrder(PlanDraft draft, PlacementState state, PlacementSearch search)
    {
        var steps = draft.Steps(state);
        if (steps.Count == 0)
        {
            return ([], []);
        }

        var sequencer = draft.Sequencer();
        var (waves, stuck) = sequencer.Order(steps);
        List<Step> blocked = [.. stuck];
        for (var retry = 0; stuck.Count > 0 && retry < MaxRetries; retry++)
        {
            state.TakeBack(stuck);
            state.SettleMoved();
            search.EmptyOnly(stuck.Select(s => s.Source).Distinct());
            (var more, stuck) = sequencer.Order(draft.Steps(state).FindAll(s => state.MayMove(s.Pod)));
            waves.AddRange(more);
        }

        state.TakeBack(stuck);
        return (waves, blocked);
    }

    /// <param name="Blocked">Moves of the placement that was sought for which there was no moment at first.</param>
    /// <param name="End">Where the waves end.</param>
    /// <param name="Packs">Whether it began with whole pools packed anew.</param>
    /// <param name="Sought">What the placement that was sought would cost.</param>
    private sealed record Found(List<List<Step>> Waves, List<Step> Blocked, PlacementState End, bool Packs, long Sought);
}
