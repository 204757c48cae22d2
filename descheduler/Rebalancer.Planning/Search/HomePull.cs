namespace Rebalancer.Planning.Search;

/// <summary>
/// The price of being away from the first bin, in units of the temperature. A moved item still holds transient room on its first bin, so that early
/// moves of little worth stand in the way of better ones; and there are many bins to go to but only one to return to, so that heat alone drives items
/// away. While the search is hot, only moves that gain much for the transient room they take are made; as it cools, the price falls to nothing.
/// </summary>
internal sealed class HomePull
{
    private readonly int[] initial;
    private readonly double[] price;

    public HomePull(AssignmentModel model, double strength)
    {
        initial = model.Initial;
        price = [.. Shares(model).Select(share => share * strength)];
    }

    public double Scale { get; set; } = 1;

    /// <summary>What this step adds to the price. Nowhere counts as away.</summary>
    public double Change(int item, int from, int to)
    {
        var home = initial[item];
        return from == home ? to == home ? 0 : Scale * price[item] : to == home ? -Scale * price[item] : 0;
    }

    public int HomeOf(int item) => initial[item];

    /// <summary>1 on average: half of it alike for all items, half in proportion to the transient room. All alike where nothing is transient.</summary>
    private static double[] Shares(AssignmentModel model)
    {
        var size = new double[model.ItemCount];
        for (var i = 0; i < model.ItemCount * model.Stride; i++)
        {
            var transient = model.Requirements[i] - model.LastingRequirements[i];
            if (transient > 0) { size[i / model.Stride] = Math.Max(size[i / model.Stride], transient / model.MeanCapacity(i % model.Stride)); }
        }
        var mean = size.DefaultIfEmpty().Average();
        return [.. size.Select(s => mean == 0 ? 1 : 0.5 + 0.5 * s / mean)];
    }
}
