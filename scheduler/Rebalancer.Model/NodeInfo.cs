using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>A node as decisions see it.</summary>
public sealed record NodeInfo
{
    public required string Name { get; init; }
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
    public ImmutableArray<Taint> Taints { get; init; } = [];
    public bool Unschedulable { get; init; }
    public bool Ready { get; init; }
    public ResourceSet Allocatable { get; init; } = ResourceSet.Empty;

    /// <summary>Most pods that the node may hold.</summary>
    public long PodLimit { get; init; }

    /// <summary>The instant at which the node goes away, if it was announced.</summary>
    public DateTimeOffset? TerminatesAt { get; init; }

    /// <summary>The node carries the interruption taint, or an announcement that cannot be read: nothing may be sent there.</summary>
    public bool Interrupted { get; init; }

    /// <summary>host:port of the node's agent; null where none runs.</summary>
    public string? AgentEndpoint { get; init; }

    /// <summary>Price per hour as written on the node, unchecked; null where nothing is written.</summary>
    public string? CostText { get; init; }

    /// <summary>Interruptions per hour as written on the node, unchecked; null where nothing is written.</summary>
    public string? HazardText { get; init; }
    public MachineInfo Machine { get; init; } = MachineInfo.Unknown;

    /// <summary>Most volumes that each CSI driver attaches to the node (CSINode); a driver that is absent has no limit.</summary>
    public ImmutableDictionary<string, int> AttachLimits { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>What Kubernetes says that it has attached to the node, as it names it (<see cref="PersistentVolumeInfo.AttachedName"/>).</summary>
    public ImmutableArray<string> AttachedVolumes { get; init; } = [];
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The mark by which the owner keeps this node, "key=value"; null where there is none.</summary>
    public string? KeepMark { get; init; }

    public bool Doomed => Interrupted || Unschedulable || TerminatesAt is not null;
}

/// <summary>Effect is NoSchedule, PreferNoSchedule or NoExecute.</summary>
public sealed record Taint(string Key, string Value, string Effect);
