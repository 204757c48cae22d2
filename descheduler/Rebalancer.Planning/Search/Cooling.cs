namespace Rebalancer.Planning.Search;

/// <summary>The temperature, in units of cost, by the share of the budget that is used.</summary>
internal readonly record struct Cooling(double Initial, double Final, int Cycles)
{
    /// <summary>From here on, in each cycle, only what costs nothing is accepted.</summary>
    private const double DescentFrom = 0.95;

    /// <summary>Below this many pairs of item and bin a problem is small, and one cycle would leave most of the budget to a frozen state.</summary>
    private const long SmallPairs = 20_000;
    private const int CyclesOfSmall = 10;

    public static Cooling For(SearchOptions options, long cost, AssignmentModel model)
    {
        var scale = (double)cost / Math.Max(1, model.ItemCount);
        return new Cooling(scale * options.InitialHeat, scale * options.FinalHeat, (long)model.ItemCount * model.BinCount < SmallPairs ? CyclesOfSmall : 1);
    }

    /// <summary>How much of the home pull applies: all of it, but none in every second cycle, since it also keeps the search from what only several moves together gain.</summary>
    public double PullAt(double share) => (int)(share * Cycles) % 2 == 0 ? 1 : 0;

    public double At(double share)
    {
        var ofCycle = share * Cycles % 1;
        return ofCycle >= DescentFrom || Final <= 0 ? 0 : Initial * Math.Pow(Final / Initial, ofCycle / DescentFrom);
    }
}
