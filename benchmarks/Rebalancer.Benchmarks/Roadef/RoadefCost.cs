namespace Rebalancer.Benchmarks.Roadef;

/// <summary>The five parts of the objective, weighted.</summary>
internal sealed record RoadefCost(long Load, long Balance, long Process, long Service, long Machine)
{
    public long Total => checked(Load + Balance + Process + Service + Machine);
}
