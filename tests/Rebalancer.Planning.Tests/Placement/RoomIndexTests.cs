using Rebalancer.Planning.Placement;

namespace Rebalancer.Planning.Tests.Placement;

public sealed class RoomIndexTests
{
    [Fact]
    public void Walk_RandomChanges_VisitsEveryNodeWithTheAmountAndFullerOnesFirst()
    {
        var random = new Random(7);
        var index = new RoomIndex(50);
        var free = new long?[50];
        for (var i = 0; i < 5000; i++)
        {
            var node = random.Next(50);
            free[node] = random.Next(4) == 0 ? null : (long)Math.Pow(2, random.NextDouble() * 40);
            if (free[node] is { } amount) { index.Set(node, amount); }
            else { index.Remove(node); }
        }

        var asked = 1L << 20;
        var seen = new List<List<int>>();
        for (var bucket = index.First(asked); bucket >= 0; bucket = index.Next(bucket)) { seen.Add([.. index.Nodes(bucket)]); }

        Assert.Equal(free.Count(f => f is not null), index.Count);
        Assert.Superset(Enumerable.Range(0, 50).Where(n => free[n] >= asked).ToHashSet(), seen.SelectMany(b => b).ToHashSet());
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.Max(n => free[n]) <= pair.Second.Min(n => free[n]), "a node with more free comes before one with less"));
    }

    [Fact]
    public void First_LessThanAsked_OnlyTheBucketOfTheAmountMayHoldSmallerOnes()
    {
        var index = new RoomIndex(2);
        index.Set(0, 100);
        index.Set(1, 1000);

        Assert.Equal([1], index.Nodes(index.First(500)));
        Assert.Equal(-1, index.First(5000));
    }
}
