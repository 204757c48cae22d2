using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>A pod as decisions see it.</summary>
public sealed record PodInfo
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public string Uid { get; init; } = "";

    /// <summary>Empty while it is not placed.</summary>
    public string NodeName { get; init; } = "";
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the scheduler counts: the larger of the containers' sum and the largest init step, sidecars included, plus overhead.</summary>
    public ResourceSet Requests { get; init; } = ResourceSet.Empty;
    public Placement Placement { get; init; } = Placement.Anywhere;
    public PodShape Shape { get; init; } = PodShape.Plain;
    public OwnerInfo? Owner { get; init; }

    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string Phase { get; init; } = "";
    public bool Ready { get; init; }
    public bool Terminating { get; init; }
    public int Priority { get; init; }
    public string PriorityClass { get; init; } = "";
    public ImmutableArray<HostPort> HostPorts { get; init; } = [];

    /// <summary>Persistent volume claims of its namespace, those of generic ephemeral volumes included.</summary>
    public ImmutableArray<string> Claims { get; init; } = [];
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Why plans leave it alone for now, such as a move a moment ago; null: nothing is known against it.</summary>
    public string? Rests { get; init; }

    /// <summary>The node that it has left not long ago: no plan sends it back there. Null: there is none.</summary>
    public string? LastSource { get; init; }

    /// <summary>It holds nothing of its node any more.</summary>
    public bool Finished => Phase is "Succeeded" or "Failed";
    public string FullName => Namespace + "/" + Name;
}

/// <summary>The controller among the owners.</summary>
public sealed record OwnerInfo(string Kind, string Name, string Uid);

/// <summary>What decides whether a pod can move live at all.</summary>
public sealed record PodShape
{
    public static readonly PodShape Plain = new();

    /// <summary>Run by kubelet from a file; the API object only mirrors it.</summary>
    public bool Mirror { get; init; }
    /// <summary>Containers that run as long as the pod: those of the application, and sidecars.</summary>
    public ImmutableArray<string> Containers { get; init; } = [];

    /// <summary>Debug containers that were added to the running pod.</summary>
    public ImmutableArray<string> EphemeralContainers { get; init; } = [];

    /// <summary>network, pid, ipc, where shared with the host.</summary>
    public ImmutableArray<string> HostNamespaces { get; init; } = [];
    public bool ShareProcessNamespace { get; init; }
    public bool Terminal { get; init; }
    public string RuntimeClass { get; init; } = "";

    /// <summary>Name and kind (emptyDir, persistentVolumeClaim, ...) of every volume.</summary>
    public ImmutableArray<VolumeInfo> Volumes { get; init; } = [];

    /// <summary>Device resources asked for, such as nvidia.com/gpu.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Liveness probes that fail while the container is frozen: http and grpc. tcp and exec probes do not notice (measured on kubelet 1.36).</summary>
    public ImmutableArray<ProbeInfo> FreezeSensitiveProbes { get; init; } = [];

    /// <summary>rebalancer.dev/migratable as written; null where nothing is written.</summary>
    public string? Migratable { get; init; }

    /// <summary>rebalancer.dev/reattach as written; null where nothing is written.</summary>
    public string? Reattach { get; init; }

    /// <summary>The annotation by which the owner forbids automatic disruption, "key=value"; null where there is none.</summary>
    public string? DoNotDisrupt { get; init; }

    /// <summary>The owner would rather not have it disrupted, but does not forbid it (descheduler.alpha.kubernetes.io/prefer-no-eviction).</summary>
    public bool PreferNoDisruption { get; init; }
}

/// <summary>A port of the node that the pod takes. An address of 0.0.0.0 takes it on all of them.</summary>
public readonly record struct HostPort(string Address, string Protocol, int Port)
{
    private const string AnyAddress = "0.0.0.0";

    public bool Conflicts(HostPort other)
        => Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address == AnyAddress || other.Address == AnyAddress);
}

public sealed record VolumeInfo(string Name, string Kind);

public sealed record ProbeInfo(string Container, string Kind, int PeriodSeconds, int FailureThreshold);
