namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>How long things take in a simulation, where nothing says otherwise. Rates are bytes per second.</summary>
internal static class MoveTimes
{
    /// <summary>From a move's beginning to its first byte: admission, and the sandbox on the target.</summary>
    public static readonly TimeSpan Setup = TimeSpan.FromSeconds(3);

    /// <summary>What has not left an interrupted node so long before its end is not tried.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>EC2 gives two minutes' notice, GCP and Azure 30 s.</summary>
    public static readonly TimeSpan Ec2Notice = TimeSpan.FromMinutes(2);
    public static readonly TimeSpan OtherNotice = TimeSpan.FromSeconds(30);

    /// <summary>From the autoscaler's request until the node is ready.</summary>
    public static readonly TimeSpan NodeStart = TimeSpan.FromMinutes(2);

    /// <summary>How long a node is empty before the autoscaler takes it away, as Cluster Autoscaler's scale-down-unneeded-time.</summary>
    public static readonly TimeSpan EmptyNode = TimeSpan.FromMinutes(10);

    /// <summary>From the status that a leader writes to the look that its change brings.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Until another leader takes over.</summary>
    public static readonly TimeSpan LeaderChange = TimeSpan.FromSeconds(15);

    /// <summary>Of a node that is about to go: 10 Gbit/s, less a fifth.</summary>
    public const double NodeRate = 1e9;

    /// <summary>Of all nodes of a pool that are taken at the same instant, together.</summary>
    public const double PoolRate = 4e9;

    /// <summary>Of one move of a plan: 2 Gbit/s, so that neighbours do not notice.</summary>
    public const double PlanRate = 0.25e9;

    public const double BytesPerMbit = 125_000;

    public static TimeSpan Of(long bytes, double rate, double freezeSeconds) => TimeSpan.FromSeconds(bytes / rate + freezeSeconds);
}
