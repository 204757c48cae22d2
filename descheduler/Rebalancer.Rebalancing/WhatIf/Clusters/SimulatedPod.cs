using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>A pod through all its moves and restarts. It keeps its name, and gets another UID each time.</summary>
/// <param name="template">The pod of the start that it is, or is a copy of, placed nowhere.</param>
internal sealed class SimulatedPod(PodInfo info, PodInfo template)
{
    private int lives;

    public PodInfo Info { get; private set; } = info;

    public PodInfo Template => template;

    public string FullName { get; } = info.FullName;

    /// <summary>It has no node of its own choice: it comes and goes with its node.</summary>
    public bool GoesWithNode { get; } = template is { Owner.Kind: "DaemonSet" } or { Shape.Mirror: true };

    /// <summary>Where it runs or starts; null: nowhere yet.</summary>
    public SimulatedNode? Node { get; private set; }

    /// <summary>Where it is moving to, and holds room as well.</summary>
    public SimulatedNode? Target { get; set; }

    /// <summary>It serves.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Since when it should be serving and is not, because it was lost; null: nothing was lost.</summary>
    public DateTimeOffset? LostAt { get; set; }

    /// <summary>A move of a plan lost it, and not an interruption.</summary>
    public bool WasLostByMove { get; set; }

    /// <summary>When a plan moved it last.</summary>
    public DateTimeOffset? MovedByPlanAt { get; set; }

    /// <summary>Number in the room's index.</summary>
    public int Number { get; set; }

    /// <summary>Changes with each start and each move: what was meant for an earlier life of it is void.</summary>
    public string Uid => Info.Uid;

    /// <summary>It is there from now on, with another UID unless this is where it was found.</summary>
    public void Settle(SimulatedNode? node, bool isUp, bool isSame = false)
    {
        (Node, IsUp) = (node, isUp);
        var uid = isSame ? Info.Uid : $"{FullName}~{++lives}";
        Info = Info with { NodeName = node?.Info.Name ?? "", Uid = uid, Phase = isUp ? "Running" : "Pending", Ready = isUp };
    }

    public void Start(DateTimeOffset now)
    {
        IsUp = true;
        Info = Info with { Phase = "Running", Ready = true, StartedAt = now };
    }
}
