using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>What is to be simulated, and for how long.</summary>
public sealed record SimulationOptions
{
    /// <summary>Schedules of windows have times up to a hundred years from now.</summary>
    private const int LastYear = 2100;

    /// <summary>The first instant: windows and day and night follow from it. Not after the year 2100.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Above 0, at most 366.</summary>
    public double Days { get; init; } = 7;

    /// <summary>Between two plans, and between two looks at hazards; 1 min to 24 h.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The same seed gives the same report.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Share of the pods that go within a day and are followed by others, 0 to 100.</summary>
    public double ChurnPerDay { get; init; } = 0.2;

    /// <summary>From the end of a pod that was not moved live until its successor serves, where a node has room for it; 0 to 24 h.</summary>
    public TimeSpan Restart { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Tries of the search for each plan, 1 to 1,000,000.</summary>
    public int Iterations { get; init; } = 200;

    /// <summary>Interruptions as they happened somewhere; null: drawn from the hazard of each node.</summary>
    public ImmutableArray<RecordedInterruption>? Interruptions { get; init; }

    public SimulationFaults Faults { get; init; } = SimulationFaults.None;

    /// <summary>All that makes no sense in it.</summary>
    public IEnumerable<InvalidField> Problems()
    {
        if (Start.Year > LastYear) { yield return Problem("start", $"{Start:O}", $"an instant up to the year {LastYear}"); }
        if (Days is not (> 0 and <= 366)) { yield return Problem("days", $"{Days}", "above 0 and at most 366"); }
        if (Step < TimeSpan.FromMinutes(1) || Step > TimeSpan.FromDays(1)) { yield return Problem("step", $"{Step}", "1 min to 24 h"); }
        if (ChurnPerDay is not (>= 0 and <= 100)) { yield return Problem("churn", $"{ChurnPerDay}", "a share from 0 to 100"); }
        if (Restart < TimeSpan.Zero || Restart > TimeSpan.FromDays(1)) { yield return Problem("restart", $"{Restart}", "0 s to 24 h"); }
        if (Iterations is < 1 or > 1_000_000) { yield return Problem("iterations", $"{Iterations}", "1 to 1000000"); }
        if (Faults.RolledBackShare is not (>= 0 and <= 1)) { yield return Problem("rolledBackShare", $"{Faults.RolledBackShare}", "a share from 0 to 1"); }
        if (Faults.LeaderChangeShare is not (>= 0 and < 1)) { yield return Problem("leaderChangeShare", $"{Faults.LeaderChangeShare}", "a share from 0 to below 1"); }
    }

    private static InvalidField Problem(string field, string value, string expected) => new("simulation", field, value, expected);
}

/// <summary>What goes wrong beside what estimates expect.</summary>
/// <param name="RolledBackShare">Moves that fail and leave the pod where it was, 0 to 1.</param>
/// <param name="LeaderChangeShare">Looks at a plan in which the leader dies after some of what it was about to write, 0 to below 1.</param>
public sealed record SimulationFaults(double RolledBackShare, double LeaderChangeShare)
{
    public static readonly SimulationFaults None = new(0, 0);
}
