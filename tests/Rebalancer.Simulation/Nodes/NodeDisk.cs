namespace Rebalancer.Simulation.Nodes;

/// <summary>What outlives an agent and, but for <see cref="Images"/>, a reboot: the markers, as the agent and the wrapper leave them.</summary>
internal sealed class NodeDisk
{
    /// <summary>Migrations whose commit was asked for, or is about to be.</summary>
    public HashSet<string> Commit { get; } = [];

    /// <summary>Pods that may never start here again.</summary>
    public HashSet<string> Released { get; } = [];

    /// <summary>Pods whose kills wait.</summary>
    public HashSet<string> Serving { get; } = [];

    /// <summary>Pods whose checkpoint was let run.</summary>
    public HashSet<string> Consumed { get; } = [];

    /// <summary>Folders of moves, on tmpfs.</summary>
    public Dictionary<string, MoveImages> Images { get; } = [];
}

/// <summary>A move's folder.</summary>
internal sealed class MoveImages
{
    /// <summary>Null: not complete.</summary>
    public long? Memory { get; set; }
}
