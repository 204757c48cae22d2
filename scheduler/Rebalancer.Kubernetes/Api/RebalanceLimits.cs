namespace Rebalancer.Kubernetes.Api;

public sealed class PlanLimitsSpec
{
    /// <summary>Moves in one plan.</summary>
    public int? Moves { get; set; }

    /// <summary>Nodes that one plan may add.</summary>
    public int? NewNodes { get; set; }
}

/// <summary>Who takes emptied nodes away.</summary>
public sealed class ReleaseSpec
{
    /// <summary>Autoscaler (default), NodeClaim or Webhook.</summary>
    public string? Method { get; set; }

    /// <summary>http or https; with Webhook only.</summary>
    public string? Url { get; set; }

    /// <summary>A node that is still there so long after it was emptied takes pods again, 1m to 24h. Default 30m.</summary>
    public string? Timeout { get; set; }
}

/// <summary>How long things are left alone. Durations as in "30m".</summary>
public sealed class CoolDownsSpec
{
    /// <summary>Between two plans that are carried out.</summary>
    public string? Plan { get; set; }

    /// <summary>Between two moves of one pod, which goes on under its owner's next name.</summary>
    public string? Pod { get; set; }

    /// <summary>A pod does not come back to the node that it left.</summary>
    public string? LastSource { get; set; }

    /// <summary>After a failed move the pod waits for so long, and twice as long after each further one.</summary>
    public string? Failure { get; set; }
}

/// <summary>Copies of pods that are kept on another node until a notice comes, with mode Auto only.</summary>
public sealed class AheadOfNoticeSpec
{
    /// <summary>Expected interruptions per hour of a node from which on its risk is high, above 0, at most 60. Unset: where its cloud recommends to leave it.</summary>
    public DecimalText? HazardPerHour { get; set; }

    /// <summary>In the cluster, 1 to 1000. Default 10.</summary>
    public int? AtOnce { get; set; }

    /// <summary>From a node and to it, together, 1 to 100. Default 2.</summary>
    public int? AtOncePerNode { get; set; }

    /// <summary>After so long without a notice a copy is given up, 1m to 24h. Default 1h.</summary>
    public string? Longest { get; set; }

    /// <summary>Mbit/s of all of them together. Default 200.</summary>
    public int? BandwidthMbit { get; set; }
}

/// <summary>Of moves that are made by plans.</summary>
public sealed class MoveDefaultsSpec
{
    /// <summary>Moves in the cluster at the same time.</summary>
    public int? AtOnce { get; set; }

    /// <summary>Away from a node and to it, together.</summary>
    public int? AtOncePerNode { get; set; }

    /// <summary>Pods of one owner.</summary>
    public int? AtOncePerWorkload { get; set; }

    /// <summary>Mbit/s of all moves together while their pods run; 0: no limit. Unset: as the descheduler is started.</summary>
    public int? BandwidthMbit { get; set; }

    /// <summary>Longest freeze of a pod, a Go duration; a pod that does not survive it does not move.</summary>
    public string? FreezeBudget { get; set; }

    /// <summary>Strict or Ignore, as in a Migration.</summary>
    public string? CpuPolicy { get; set; }
}
