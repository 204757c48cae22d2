using Rebalancer.Simulation.Kernel;

namespace Rebalancer.Simulation.Faults;

/// <summary>How often what goes wrong, as shares of requests, events or steps. Drawn for each seed, so that some seeds have much of one and nothing of another.</summary>
internal sealed class FaultRates
{
    private bool isOver;

    public double Refused { get => isOver ? 0 : field; private init; }
    public double LostRequest { get => isOver ? 0 : field; private init; }
    public double LostAnswer { get => isOver ? 0 : field; private init; }
    public double BrokenAnswer { get => isOver ? 0 : field; private init; }
    public double Duplicate { get => isOver ? 0 : field; private init; }
    public double Slow { get => isOver ? 0 : field; private init; }
    public double StaleWatch { get => isOver ? 0 : field; private init; }
    public double CutWatch { get => isOver ? 0 : field; private init; }
    public double Expired { get => isOver ? 0 : field; private init; }

    /// <summary>Of a step of a move: a dump, a restore, a write to a disk that is full.</summary>
    public double Step { get => isOver ? 0 : field; private init; }

    /// <summary>Of a step of a move: a disk or a link that takes seconds.</summary>
    public double SlowStep { get => isOver ? 0 : field; private init; }

    /// <summary>Of a step of a move: the agent that has just taken it dies within milliseconds.</summary>
    public double CrashAtStep { get => isOver ? 0 : field; private init; }

    /// <summary>Mean time between two events of the larger kind (crashes, partitions, lost nodes).</summary>
    public TimeSpan EventEvery { get; private init; }

    /// <summary>The longest that a late watch is behind.</summary>
    public TimeSpan StaleLimit { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>Of the API server alone, all of it and in any seed, for days instead of minutes.</summary>
    public static readonly FaultRates OfDays = new()
    {
        Refused = 0.05,
        LostRequest = 0.01,
        LostAnswer = 0.02,
        BrokenAnswer = 0.02,
        Duplicate = 0.03,
        Slow = 0.05,
        StaleWatch = 0.02,
        StaleLimit = TimeSpan.FromMinutes(1),
        CutWatch = 0.01,
        Expired = 0.05,
    };

    public static FaultRates Draw(Simulator simulator) => new()
    {
        Refused = Rate(simulator, 0.1),
        LostRequest = Rate(simulator, 0.03),
        LostAnswer = Rate(simulator, 0.05),
        BrokenAnswer = Rate(simulator, 0.05),
        Duplicate = Rate(simulator, 0.1),
        Slow = Rate(simulator, 0.1),
        StaleWatch = Rate(simulator, 0.3),
        CutWatch = Rate(simulator, 0.05),
        Expired = Rate(simulator, 0.2),
        Step = Rate(simulator, 0.1),
        SlowStep = Rate(simulator, 0.2),
        CrashAtStep = Rate(simulator, 0.04),
        EventEvery = TimeSpan.FromSeconds(simulator.Pick<double>([3, 8, 20, 1000])),
    };

    public void End() => isOver = true;

    private static double Rate(Simulator simulator, double most) => simulator.Chance(0.4) ? 0 : most * simulator.Random.NextDouble();
}
