namespace Rebalancer.Planning.Search;

/// <summary>Kinds of move on a wheel, each as often as its weight asks for: one random number chooses, without a loop over the weights.</summary>
internal static class MoveWheel
{
    private const int Size = 4096;

    public static MoveKind[] Build(MoveMix mix)
    {
        var weights = mix.Weights;
        var total = weights.Sum(w => (long)w);
        var wheel = new MoveKind[Size];
        var (kind, covered) = (0, (long)weights[0]);
        for (var i = 0; i < Size; i++)
        {
            while ((i + 0.5) * total / Size > covered) { covered += weights[++kind]; }
            wheel[i] = (MoveKind)kind;
        }
        return wheel;
    }
}
