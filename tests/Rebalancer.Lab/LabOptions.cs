using Rebalancer.Lab.Kubelet;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab;

/// <summary>A lab cluster.</summary>
public sealed record LabOptions
{
    /// <summary>Names its folder of logs.</summary>
    public string Name { get; init; } = "lab";

    public required IReadOnlyList<LabNodeOptions> Nodes { get; init; }

    /// <summary>Run agents and descheduler; pods then get their addresses from rebalancer-ipam. Needs what `make publish` makes.</summary>
    public bool WithProduct { get; init; }

    /// <summary>Overrides who gives addresses; null: rebalancer-ipam with the product, host-local without.</summary>
    public Ipam? Ipam { get; init; }

    /// <summary>Start the descheduler with the product.</summary>
    public bool WithDescheduler { get; init; } = true;

    public IReadOnlyList<string> DeschedulerArguments { get; init; } = [];

    /// <summary>OCI archives for every node beside the lab's own images.</summary>
    public IReadOnlyList<string> ImageArchives { get; init; } = [];

    public KubeletTimes KubeletTimes { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
