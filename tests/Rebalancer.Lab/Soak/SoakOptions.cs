using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Soak;

/// <summary>How a soak goes.</summary>
internal sealed record SoakOptions
{
    public int Moves { get; init; } = 20;
    /// <summary>"v1" and/or "v2".</summary>
    public IReadOnlyList<string> Cgroups { get; init; } = ["v1", "v2"];
    /// <summary>Of OwnerKinds.</summary>
    public IReadOnlyList<string> Owners { get; init; } = ["ReplicaSet"];
    /// <summary>Memory of the Redis that is moved.</summary>
    public int Megabytes { get; init; } = 100;
    /// <summary>Writes a second beside the counter's, over a connection of their own; 0: none, so that exactly one TCP connection exists.</summary>
    public int WritesPerSecond { get; init; }
    /// <summary>Speed of the nodes' links in Mbit/s; 0: as fast as the machine.</summary>
    public int LinkMbit { get; init; }
    /// <summary>Further arguments of every agent.</summary>
    public IReadOnlyList<string> AgentArguments { get; init; } = [];
    /// <summary>Further arguments of the descheduler.</summary>
    public IReadOnlyList<string> DeschedulerArguments { get; init; } = [];
    /// <summary>spec.strategy of each move.</summary>
    public string Strategy { get; init; } = Strategies.Auto;
    public TimeSpan MoveLimit { get; init; } = TimeSpan.FromMinutes(2);
    public string Artifacts { get; init; } = "artifacts";
}
