namespace Rebalancer.Agent.Cluster;

/// <summary>A seeded generator that several moves may use at once.</summary>
internal sealed class SharedRandom(int seed) : Random(seed)
{
    private readonly Lock gate = new();

    public override double NextDouble()
    {
        lock (gate) { return base.NextDouble(); }
    }
}
