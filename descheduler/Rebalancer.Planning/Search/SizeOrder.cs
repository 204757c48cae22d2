namespace Rebalancer.Planning.Search;

/// <summary>
/// Movable items in the order of each resource's requirement. Two items that need about the same of a resource can change places where the bins are
/// nearly full, so that pairs are drawn from neighbours in a random one of these orders.
/// </summary>
internal sealed class SizeOrder
{
    /// <summary>The mean distance of a pair is the number of items divided by this.</summary>
    private const int Narrowness = 200;

    /// <summary>The mean rank of a large item is the number of items divided by this.</summary>
    private const int Largeness = 10;
    private readonly int[][] order;
    private readonly int[][] rank;

    public SizeOrder(AssignmentModel model)
    {
        order = new int[Math.Max(1, model.ResourceCount)][];
        rank = new int[order.Length][];
        for (var r = 0; r < order.Length; r++)
        {
            var resource = r;
            order[r] = [.. model.Movable.OrderBy(item => model.Requirements[item * model.Stride + resource]).ThenBy(item => item)];
            rank[r] = new int[model.ItemCount];
            for (var i = 0; i < order[r].Length; i++) { rank[r][order[r][i]] = i; }
        }
    }

    /// <summary>An item that needs about as much of a random resource as this one; near ones are likelier than far ones.</summary>
    public int Similar(int item, SearchRandom random)
    {
        var r = random.Below(order.Length);
        var distance = 1 + Distance(r, Narrowness, random);
        var other = rank[r][item] + (random.Below(2) == 0 ? distance : -distance);
        return order[r][other < 0 ? other + order[r].Length : other >= order[r].Length ? other - order[r].Length : other];
    }

    /// <summary>An item that needs much of a random resource.</summary>
    public int Large(SearchRandom random)
    {
        var r = random.Below(order.Length);
        return order[r][order[r].Length - 1 - Distance(r, Largeness, random)];
    }

    private int Distance(int r, int divisor, SearchRandom random) => (int)Math.Min(order[r].Length - 1, random.Exponential() * order[r].Length / divisor);
}
