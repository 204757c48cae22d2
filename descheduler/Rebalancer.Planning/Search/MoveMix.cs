namespace Rebalancer.Planning.Search;

/// <summary>How often each kind of move is tried, as weights. Compound moves cost as much time as some fifty elementary ones.</summary>
public sealed record MoveMix
{
    private const int MaximumWeight = 1_000_000;

    /// <summary>One item to any bin.</summary>
    public int Shift { get; init; } = 6500;

    /// <summary>Two items change places.</summary>
    public int Swap { get; init; } = 2500;

    /// <summary>An item takes another's place, which goes to a third bin, or home.</summary>
    public int Chain { get; init; } = 1000;

    /// <summary>An item, often a large one, is forced into a bin, and as many leave it as have to.</summary>
    public int Force { get; init; } = 4;

    /// <summary>Some items of a few bins are taken out and put in again, the largest first.</summary>
    public int Repack { get; init; } = 4;

    /// <summary>All items of a bin go elsewhere. For problems in which an empty bin costs less; off otherwise.</summary>
    public int Empty { get; init; }

    internal int[] Weights => [Shift, Swap, Chain, Force, Repack, Empty];

    internal IEnumerable<string> Errors() =>
        Weights.Select((weight, i) => (weight, i)).Where(x => x.weight is < 0 or > MaximumWeight).Select(x => $"{(MoveKind)x.i}: weight {x.weight} is outside 0 to {MaximumWeight}")
            .Concat(Weights.All(w => w <= 0) ? ["no kind of move has a weight"] : Array.Empty<string>());
}
