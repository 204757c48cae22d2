using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Workloads;

/// <summary>How the workloads are moved.</summary>
internal sealed record WorkloadsOptions
{
    public const int MaxMoves = 1000;

    /// <summary>Moves of each workload, there and back in turn.</summary>
    public int Moves { get; init; } = 10;
    /// <summary>"v1" and/or "v2".</summary>
    public IReadOnlyList<string> Cgroups { get; init; } = ["v2"];
    public IReadOnlyList<WorkloadKind> Kinds { get; init; } = WorkloadKind.All;
    /// <summary>One of <see cref="Strategies"/>.</summary>
    public string Strategy { get; init; } = Strategies.Auto;
    public TimeSpan MoveLimit { get; init; } = TimeSpan.FromMinutes(3);
    /// <summary>For the comparison at the end, an undisturbed run included.</summary>
    public TimeSpan FinishLimit { get; init; } = TimeSpan.FromMinutes(5);
    public string Artifacts { get; init; } = "artifacts";
}
