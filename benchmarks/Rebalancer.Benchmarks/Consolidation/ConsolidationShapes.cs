namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// What generated clusters are made of. Set once, before any result was seen: a benchmark's input is not tuned to its result.
/// </summary>
internal static class ConsolidationShapes
{
    /// <summary>The trace's instances fill machines of 192 processors; pods are that much smaller, so that some twenty are on a node.</summary>
    public const double Divisor = 64;

    public const int DaemonsPerNode = 2;
    public const string PoolLabel = "karpenter.sh/capacity-type";
    public const string HostLabel = "kubernetes.io/hostname";
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    /// <summary>Of ten nodes, and of ten services, this many are on demand.</summary>
    public const int OnDemandOfTen = 6;

    /// <summary>One service in so many has a disruption budget of one pod.</summary>
    public const int ServicesPerBudget = 3;

    public static readonly string[] Zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

    /// <summary>Families of the same processor, by how many of ten nodes are of them.</summary>
    public static readonly (string Family, int OfTen)[] Families = [("m6i", 5), ("r6i", 3), ("c6i", 2)];

    /// <summary>Sizes, by how many of twenty nodes have them.</summary>
    public static readonly (string Size, int OfTwenty)[] Sizes = [("4xlarge", 7), ("8xlarge", 6), ("12xlarge", 4), ("16xlarge", 2), ("24xlarge", 1)];

    /// <summary>What can be had instead: every size of the same families.</summary>
    public static readonly string[] OfferedSizes = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"];

    public static IEnumerable<string> OfferedTypes => Families.SelectMany(f => OfferedSizes.Select(s => $"{f.Family}.{s}"));
}
