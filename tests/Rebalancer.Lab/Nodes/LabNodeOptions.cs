using k8s.Models;

namespace Rebalancer.Lab.Nodes;

/// <summary>What one node of the lab is like.</summary>
public sealed record LabNodeOptions
{
    public required string Name { get; init; }

    public CgroupVersion CgroupVersion { get; init; } = CgroupVersion.Host;

    /// <summary>Speed of the node's link in both directions, megabit per second; null: unlimited.</summary>
    public double? LinkMbitPerS { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<V1Taint> Taints { get; init; } = [];

    /// <summary>Capacity and allocatable of the Node object, as quantities.</summary>
    public string Cpu { get; init; } = "4";

    public string Memory { get; init; } = "4Gi";

    public int MaxPods { get; init; } = 50;

    /// <summary>Base address of the node's metadata service, given to its agent, which finds out whose it is; null: none.</summary>
    public string? MetadataUrl { get; init; }

    /// <summary>Further arguments of the node's agent.</summary>
    public IReadOnlyList<string> AgentArguments { get; init; } = [];
}
