namespace Rebalancer.Lab.Kubelet;

/// <summary>The times by which kubelet works; those of Kubernetes 1.36 by default.</summary>
public sealed record KubeletTimes
{
    /// <summary>Limit of RunPodSandbox: twice runtimeRequestTimeout.</summary>
    public TimeSpan RunPodSandboxLimit { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Limit of every other runtime call (runtimeRequestTimeout); StartContainer holds both the OCI create and start.</summary>
    public TimeSpan RuntimeRequestLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the runtime's sandboxes and containers are listed to find what changed.</summary>
    public TimeSpan RelistPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a pod is synced though nothing is known to have changed.</summary>
    public TimeSpan ResyncPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Delay before a failed sync is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CrashBackOffInitial { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CrashBackOffLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Least seconds between SIGTERM and SIGKILL, also of a forced deletion.</summary>
    public int MinimumGraceSeconds { get; init; } = 2;

    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(10);
}
