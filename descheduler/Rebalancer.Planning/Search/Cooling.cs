namespace Rebalancer.Planning.Search;

/// <summary>The temperature, in units of cost, by the share of the budget that is used.</summary>
internal readonly record struct Cooling(double Initial, double Final)
{
    /// <summary>From here on only what costs nothing is accepted.</summary>
    private const double DescentFrom = 0.95;

    public static Cooling For(SearchOptions options, long cost, int itemCount)
    {
        var scale = (double)cost / Math.Max(1, itemCount);
        return new Cooling(scale * options.InitialHeat, scale * options.FinalHeat);
    }

    public double At(double share) => share >= DescentFrom || Final <= 0 ? 0 : Initial * Math.Pow(Final / Initial, share / DescentFrom);
}
