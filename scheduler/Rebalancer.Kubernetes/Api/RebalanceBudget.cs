using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>How much may be disturbed at a time, or when nothing may be. It is open always, or from each time of its schedule for its duration.</summary>
public sealed class BudgetSpec
{
    /// <summary>One of <see cref="BudgetModes"/>. Default Allow.</summary>
    public string? Mode { get; set; }

    /// <summary>Nodes that moves leave at the same time: a number, or a percentage of the nodes. Only with Allow.</summary>
    public IntOrString? Nodes { get; set; }

    /// <summary>Pods that move at the same time: a number, or a percentage of the pods. Only with Allow.</summary>
    public IntOrString? Pods { get; set; }

    /// <summary>Moves that it is about, see <see cref="MoveReasons"/>: Consolidation, Replacement. Default: all that a plan makes.</summary>
    public IList<string>? Reasons { get; set; }

    /// <summary>Cron, five fields; together with <see cref="Duration"/>.</summary>
    public string? Schedule { get; set; }

    /// <summary>For so long from each time of the schedule, 1m to 168h.</summary>
    public string? Duration { get; set; }

    /// <summary>Of the schedule, an IANA name. Default UTC.</summary>
    public string? TimeZone { get; set; }
}

public static class BudgetModes
{
    /// <summary>While it is open no more than this may be disturbed. Where a reason has such budgets with a schedule, nothing moves for it outside of all of them.</summary>
    public const string Allow = "Allow";

    /// <summary>While it is open nothing moves.</summary>
    public const string Deny = "Deny";
}
