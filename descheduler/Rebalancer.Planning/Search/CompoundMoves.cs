namespace Rebalancer.Planning.Search;

/// <summary>
/// Moves of several items that are made step by step and taken back as a whole unless the end is feasible and within the limit. Between the steps
/// capacities and rules may be broken.
/// </summary>
internal sealed class CompoundMoves<TRules>(SearchState<TRules> state, SearchRandom random, HomePull pull)
    where TRules : struct, IAssignmentRules
{
    private const int MaximumEjected = 6;
    private const int MaximumRepacked = 12;
    private const int MaximumEmptied = 128;
    private const int TargetsTried = 10;
    private readonly AssignmentModel model = state.Model;
    private readonly List<(int Item, int From)> journal = [];
    private readonly List<int> open = [];
    private double away;

    /// <summary>The item enters the bin; items leave it until it is within its capacity again.</summary>
    public bool TryForce(int item, int to, double temperature, double slack)
    {
        if (state.BinOf(item) == to) { return false; }
        var before = Begin();
        Step(item, to);
        for (var ejected = 0; state.IsOverfull(to); ejected++)
        {
            if (ejected == MaximumEjected || state.Contents.Count(to) < 2) { return Undo(); }
            var other = state.Contents.Item(to, random.Below(state.Contents.Count(to)));
            if (other == item || !model.IsMovable(other)) { continue; }
            var target = BestTarget(other, to, []);
            if (target < 0) { return Undo(); }
            Step(other, target);
        }
        return Accept(before, temperature, slack);
    }

    /// <summary>Some items of the given bins are taken out and inserted again, the largest first.</summary>
    public bool TryRepack(ReadOnlySpan<int> bins, double temperature, double slack)
    {
        var before = Begin();
        open.Clear();
        foreach (var bin in bins)
        {
            for (var i = 0; i < MaximumRepacked / bins.Length && state.Contents.Count(bin) > 0; i++)
            {
                var item = state.Contents.Item(bin, random.Below(state.Contents.Count(bin)));
                if (!model.IsMovable(item)) { continue; }
                open.Add(item);
                Step(item, -1);
            }
        }
        return Insert(-1, bins) ? Accept(before, temperature, slack) : Undo();
    }

    /// <summary>Everything leaves the bin.</summary>
    public bool TryEmpty(int bin, double temperature, double slack)
    {
        if (state.Contents.Count(bin) is 0 or > MaximumEmptied) { return false; }
        var before = Begin();
        open.Clear();
        foreach (var item in state.Contents.Items(bin))
        {
            if (!model.IsMovable(item)) { return false; }
            open.Add(item);
        }
        foreach (var item in open) { Step(item, -1); }
        return Insert(bin, []) ? Accept(before, temperature, slack) : Undo();
    }

    private bool Insert(int except, ReadOnlySpan<int> preferred)
    {
        open.Sort((a, b) => model.SizeOf(b) != model.SizeOf(a) ? model.SizeOf(b).CompareTo(model.SizeOf(a)) : a.CompareTo(b));
        foreach (var item in open)
        {
            var target = BestTarget(item, except, preferred);
            if (target < 0) { return false; }
            Step(item, target);
        }
        return true;
    }

    /// <summary>The cheapest of the item's first bin, the preferred bins and some random ones; -1 when it fits none.</summary>
    private int BestTarget(int item, int except, ReadOnlySpan<int> preferred)
    {
        var (best, cost) = (-1, long.MaxValue);
        for (var i = -1; i < preferred.Length + TargetsTried; i++)
        {
            var bin = i < 0 ? pull.HomeOf(item) : i < preferred.Length ? preferred[i] : random.Below(model.BinCount);
            if (bin == except) { continue; }
            var price = state.PriceOf(item, bin);
            if (price < cost) { (best, cost) = (bin, price); }
        }
        return best;
    }

    private long Begin()
    {
        journal.Clear();
        away = 0;
        return state.Cost;
    }

    private void Step(int item, int to)
    {
        var from = state.BinOf(item);
        journal.Add((item, from));
        away += pull.Change(item, from, to);
        state.Place(item, to);
    }

    private bool Accept(long before, double temperature, double slack) =>
        (state.Violations == 0 && state.Cost - before <= (long)(temperature * (slack - away))) || Undo();

    private bool Undo()
    {
        for (var i = journal.Count - 1; i >= 0; i--) { state.Place(journal[i].Item, journal[i].From); }
        return false;
    }
}
