namespace Rebalancer.Planning.Search;

/// <summary>How long to search, and how.</summary>
public sealed record SearchOptions
{
    public const int MaximumThreads = 64;
    public const double MaximumHomePull = 100;

    /// <summary>Stops after this time; null: no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Stops after this many tried moves of each thread; null: no limit. With one thread and no time limit the result depends on the seed alone.</summary>
    public long? Iterations { get; init; }

    public int Threads { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    public MoveMix Moves { get; init; } = new();

    /// <summary>
    /// Temperature at the start and at the end, as shares of the first assignment's cost per item. Between them it falls geometrically with the share
    /// of the budget that is used; the last twentieth is a descent. Small problems, which freeze long before their budget ends, are heated several times.
    /// </summary>
    public double InitialHeat { get; init; } = 1.5;

    public double FinalHeat { get; init; } = 0.0005;

    /// <summary>
    /// Price of being away from the first bin, in temperatures, while the search is hot. Null: 4 when resources are transient, otherwise 0. Worth
    /// setting when moves are scarce for another reason, such as a budget.
    /// </summary>
    public double? HomePull { get; init; }

    /// <exception cref="ArgumentException">All that is wrong, at once.</exception>
    public void Validate()
    {
        List<string> errors =
        [
            .. TimeLimit is null && Iterations is null ? ["neither TimeLimit nor Iterations is set"] : Array.Empty<string>(),
            .. TimeLimit is { } time && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1)) ? [$"TimeLimit {time} is not within a day"] : Array.Empty<string>(),
            .. Iterations is <= 0 ? [$"Iterations {Iterations} is not positive"] : Array.Empty<string>(),
            .. Threads is < 1 or > MaximumThreads ? [$"Threads {Threads} is outside 1 to {MaximumThreads}"] : Array.Empty<string>(),
            .. InitialHeat is >= 0 and <= 1e6 ? Array.Empty<string>() : [$"InitialHeat {InitialHeat} is outside 0 to 1000000"],
            .. FinalHeat >= 0 && FinalHeat <= InitialHeat ? Array.Empty<string>() : [$"FinalHeat {FinalHeat} is outside 0 to InitialHeat {InitialHeat}"],
            .. HomePull is null or (>= 0 and <= MaximumHomePull) ? Array.Empty<string>() : [$"HomePull {HomePull} is outside 0 to {MaximumHomePull}"],
            .. Moves.Errors(),
        ];
        if (errors.Count > 0) { throw new ArgumentException(string.Join("; ", errors)); }
    }
}
