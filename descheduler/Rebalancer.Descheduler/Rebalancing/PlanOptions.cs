namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>How often plans are made, how long each may be sought, and how long it waits before it begins.</summary>
/// <param name="Interval">Between two plans of one policy while things change; at least ten times as long as the last one took. 1 s to 24 h.</param>
/// <param name="Time">For one plan. 0 s to 10 min.</param>
/// <param name="Settle">See <see cref="Rebalancer.Rebalancing.Running.PlanView.Settle"/>. 0 s to 1 h.</param>
internal sealed record PlanOptions(TimeSpan Interval, TimeSpan Time, TimeSpan Settle)
{
    /// <summary>Tries of the search for each plan: more than any budget of time lets through, unless somebody wants the same plan each time.</summary>
    public int Iterations { get; init; } = 1_000_000;

    public static readonly PlanOptions Default = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
}
