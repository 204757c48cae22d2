using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Demo;

/// <summary>
/// What a demo node would be in EC2, us-east-1, Linux. On-demand prices: the pricing table of aws/karpenter-provider-aws (commit 1d927085, generated 2026-07-20).
/// Spot prices: on-demand less the average saving of AWS's Spot Instance Advisor feed (snapshot of 2025-06-28): m7i.large 68 %, m6i.large 63 %.
/// </summary>
internal sealed record NodePrice(string InstanceType, string CapacityType, string Zone, decimal UsdPerHour)
{
    private const decimal M7iLargeOnDemand = 0.1008m;
    private const decimal M6iLargeOnDemand = 0.0960m;

    public static readonly NodePrice CheapSpot = new("m7i.large", "spot", "us-east-1a", M7iLargeOnDemand * (1 - 0.68m));
    public static readonly NodePrice OtherSpot = new("m6i.large", "spot", "us-east-1b", M6iLargeOnDemand * (1 - 0.63m));
    public static readonly NodePrice OnDemand = new("m7i.large", "on-demand", "us-east-1a", M7iLargeOnDemand);

    /// <summary>Labels as Karpenter and the cloud provider set them.</summary>
    public IReadOnlyDictionary<string, string> Labels => new Dictionary<string, string>
    {
        [Names.InstanceType] = InstanceType,
        [Names.CapacityTypeKarpenter] = CapacityType,
        ["topology.kubernetes.io/region"] = Zone[..^1],
        ["topology.kubernetes.io/zone"] = Zone,
    };

    public IReadOnlyDictionary<string, string> Annotations => new Dictionary<string, string>
    {
        [Names.CostUsdPerHour] = UsdPerHour.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Sum of the prices that the nodes' annotations name; a node without one costs nothing that is known.</summary>
    public static decimal SumUsdPerHour(IEnumerable<V1Node> nodes) => nodes.Sum(node =>
        node.Metadata.Annotations is { } annotations && annotations.TryGetValue(Names.CostUsdPerHour, out var price)
            ? decimal.Parse(price, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
            : 0);
}
