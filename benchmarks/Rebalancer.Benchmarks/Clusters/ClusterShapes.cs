namespace Rebalancer.Benchmarks.Clusters;

/// <summary>A pool of nodes of one type.</summary>
/// <param name="CpuMilli">What Kubernetes can use of a node.</param>
internal sealed record PoolShape(string Name, string InstanceType, string CapacityType, int CpuMilli, int MemoryMib, int MaxPods, int Share);

/// <summary>A workload of one kind.</summary>
/// <param name="Kind">ReplicaSet, StatefulSet or DaemonSet.</param>
/// <param name="Rule">none, host (anti-affinity), zone (spread), pinned (do-not-disrupt) or claim.</param>
internal sealed record AppShape(string Name, string Kind, int CpuMilli, int MemoryMib, int MinReplicas, int MaxReplicas, string Rule, int Priority = 0);

/// <summary>What the example is drawn from: a shop on EC2 that has grown, and shrunk again. Sizes of machines are those of the catalogue.</summary>
internal static class ClusterShapes
{
    public static readonly string[] Zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

    public static readonly PoolShape[] Pools =
    [
        new("general", "m5.2xlarge", "on-demand", 7910, 29317, 58, 5),
        new("general", "m5.xlarge", "on-demand", 3920, 14162, 58, 4),
        new("spot", "m5.2xlarge", "spot", 7910, 29317, 58, 4),
        new("spot", "m5.xlarge", "spot", 3920, 14162, 58, 3),
        new("memory", "r5.xlarge", "on-demand", 3920, 29317, 58, 2),
    ];

    public static readonly AppShape[] Daemons =
    [
        new("node-exporter", "DaemonSet", 50, 64, 1, 1, "none"),
        new("log-shipper", "DaemonSet", 100, 200, 1, 1, "none"),
        new("network", "DaemonSet", 100, 128, 1, 1, "none", 2000001000),
    ];

    public static readonly AppShape[] Apps =
    [
        new("frontend", "ReplicaSet", 250, 512, 6, 12, "zone"),
        new("search", "ReplicaSet", 900, 3072, 3, 6, "host"),
        new("checkout", "ReplicaSet", 500, 768, 3, 6, "host", 1000),
        new("catalogue", "ReplicaSet", 400, 1024, 4, 8, "zone"),
        new("worker", "ReplicaSet", 700, 1536, 4, 14, "none"),
        new("cache", "ReplicaSet", 200, 4096, 2, 4, "none"),
        new("websocket", "ReplicaSet", 150, 384, 4, 10, "none", 1000),
        new("report", "ReplicaSet", 1200, 2048, 1, 3, "pinned"),
        new("database", "StatefulSet", 1000, 6144, 1, 2, "claim", 10000),
        new("batch", "ReplicaSet", 1500, 2560, 1, 4, "none"),
    ];
}
