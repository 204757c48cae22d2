namespace Rebalancer.Kubernetes.Api;

/// <summary>Why a pod is moved (<see cref="MigrationSpec.Reason"/>), as far as it makes a difference. Others are for people and metrics.</summary>
public static class MoveReasons
{
    /// <summary>A person asked for this very move, and is told at once when it cannot be.</summary>
    public const string Manual = "Manual";

    /// <summary>The node goes away: the pod waits for what may pass.</summary>
    public const string Interruption = "Interruption";

    /// <summary>Somebody evicts the pod (kubectl drain, an autoscaler): it waits for what may pass, for a time, and is evicted then.</summary>
    public const string Eviction = "Eviction";

    /// <summary>Somebody has announced maintenance of the node: the pod waits for what may pass, for as long as it takes.</summary>
    public const string Maintenance = "Maintenance";

    /// <summary>A plan empties the pod's node.</summary>
    public const string Consolidation = "Consolidation";

    /// <summary>A plan puts a cheaper node in the place of the pod's.</summary>
    public const string Replacement = "Replacement";
}
