namespace Rebalancer.Planning.Search;

/// <summary>One thread's search: annealing from hot to cold over its budget, with a look at what the other threads have at every milestone.</summary>
internal sealed class SearchWorker<TRules>(SearchState<TRules> state, Annealer<TRules> annealer, HomePull pull, Cooling cooling, SearchBudget budget, Exchange exchange)
    where TRules : struct, IAssignmentRules
{
    private const int Batch = 256;

    public SearchState<TRules> State => state;
    public SearchBudget Budget => budget;

    public void Run()
    {
        var milestone = 1;
        for (var share = budget.Fraction(); share < 1; share = budget.Fraction())
        {
            pull.Scale = cooling.PullAt(share);
            annealer.Try(Batch, cooling.At(share));
            budget.Spend(Batch);
            exchange.Report(state.Best.Cost, budget.Elapsed);
            for (; share * Exchange.Milestones >= milestone; milestone++)
            {
                if (exchange.Compare(milestone, state.Cost, state.Assignment) is { } better) { state.MoveTo(better); }
            }
        }
        exchange.Report(state.Best.Cost, budget.Elapsed);
    }
}
