using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>A node from its start to its end.</summary>
internal sealed class SimulatedNode(NodeInfo info, decimal usdPerHour, DateTimeOffset from)
{
    public NodeInfo Info { get; private set; } = info;

    /// <summary>Its price as long as it is there.</summary>
    public decimal UsdPerHour => usdPerHour;

    public DateTimeOffset From => from;

    /// <summary>Number in the room's index.</summary>
    public int Number { get; set; }

    /// <summary>All that hold room there: those that run, start, and are about to come.</summary>
    public List<SimulatedPod> Pods { get; } = [];

    /// <summary>Since when nothing but what goes with it is there; null: something is.</summary>
    public DateTimeOffset? EmptySince { get; set; }

    public bool IsGone { get; set; }

    /// <summary>Expected interruptions that it has lived through, and at how many it is taken.</summary>
    public double Hazard { get; set; }

    public double Fate { get; init; }

    /// <summary>The plan that empties it; null: none.</summary>
    public string? EmptiedBy { get; private set; }

    /// <summary>When its release was written down.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }

    public bool IsReady => Info.Ready;

    /// <summary>When it will be ready; null: it was from the start, or never will be.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    /// <summary>A plan's placeholder holds its room.</summary>
    public bool IsHeld { get; set; }

    /// <summary>kube-scheduler may place pods there, now or once it is ready.</summary>
    public bool TakesPods => IsOpen && !IsHeld;

    /// <summary>Moves may go there.</summary>
    public bool TakesMoves => IsOpen && MoveRules.Availability(Info) == RejectionKind.None;

    private bool IsOpen => EmptiedBy is null && !Info.Doomed && !IsGone && (IsReady || ReadyAt is not null);

    public void Ready() => Info = Info with { Ready = true };

    public void Announce(DateTimeOffset end) => Info = Info with { TerminatesAt = end, Interrupted = true };

    public void Mark(string? plan)
    {
        EmptiedBy = plan;
        ReleasedAt = null;
        var others = Info.Taints.Where(t => t.Key != Names.EmptyingTaint);
        Info = Info with { Taints = plan is null ? [.. others] : [.. others, new Taint(Names.EmptyingTaint, plan, "NoSchedule")] };
    }

    /// <summary>As far as the decision about its release looks at it.</summary>
    public V1Node ToObject() => new()
    {
        Metadata = new V1ObjectMeta { Name = Info.Name, Annotations = ReleasedAt is { } at ? new Dictionary<string, string> { [Names.EmptiedAt] = at.ToString("O", CultureInfo.InvariantCulture) } : null },
        Spec = new V1NodeSpec { Taints = [.. Info.Taints.Select(t => new V1Taint { Key = t.Key, Value = t.Value, Effect = t.Effect })] },
    };
}
