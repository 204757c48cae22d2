namespace Rebalancer.Planning;

/// <summary>How long a plan may be sought. With a limit of iterations and no limit of time the result depends on the seed alone.</summary>
/// <param name="Iterations">Tries of the search, &gt; 0.</param>
/// <param name="Time">For the whole plan, waves and reasons included; null for no limit. However short it is, there is a first plan, made without a search: with
/// <see cref="TimeSpan.Zero"/> it is that.</param>
public sealed record PlanBudget(int Iterations, TimeSpan? Time = null, int Seed = 1);

/// <summary>What is left of a budget.</summary>
internal sealed class BudgetMeter
{
    private readonly PlanBudget budget;
    private readonly TimeProvider clock;
    private readonly long start;
    private int used;
    private TimeSpan reserved;

    public BudgetMeter(PlanBudget budget, TimeProvider clock) => (this.budget, this.clock, start) = (budget, clock, clock.GetTimestamp());

    public TimeSpan Elapsed => clock.GetElapsedTime(start);

    /// <summary>As many tries again, in a part of the time that is left.</summary>
    public BudgetMeter Part(double part) => new(budget with { Time = part * Left }, clock);

    /// <summary>So much of the time is for what comes after the search.</summary>
    public void Reserve(TimeSpan time) => reserved = time;

    /// <summary>The share that is used, 0 to 1: of the tries or of the time, whichever is more.</summary>
    public double Used => Math.Max(used / (double)budget.Iterations, budget.Time is { } limit && limit > TimeSpan.Zero ? (Elapsed + reserved) / limit : 0);

    /// <summary>Counts one try; false when the budget is used up.</summary>
    public bool Spend() => used++ < budget.Iterations && !TimeIsUp;

    public bool TimeIsUp => Left <= TimeSpan.Zero;

    /// <summary>Null: as long as it takes.</summary>
    private TimeSpan? Left => budget.Time - Elapsed - reserved;
}
