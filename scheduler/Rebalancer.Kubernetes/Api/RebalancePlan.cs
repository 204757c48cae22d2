using k8s;
using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>A set of moves, why they pay, and what came of them, cluster-scoped. Kept as the record. See manifests/crds/rebalanceplans.yaml.</summary>
[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = RebalancePlanKind, PluralName = RebalancePlanPlural)]
public sealed class RebalancePlan : IKubernetesObject<V1ObjectMeta>, ISpec<RebalancePlanSpec>, IStatus<RebalancePlanStatus>
{
    public const string RebalancePlanKind = "RebalancePlan";
    public const string RebalancePlanPlural = "rebalanceplans";

    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = RebalancePlanKind;
    public V1ObjectMeta Metadata { get; set; } = new();
    public RebalancePlanSpec Spec { get; set; } = new();
    public RebalancePlanStatus Status { get; set; } = new();
}

[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = "RebalancePlanList", PluralName = RebalancePlan.RebalancePlanPlural)]
public sealed class RebalancePlanList : IKubernetesObject<V1ListMeta>, IItems<RebalancePlan>
{
    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = "RebalancePlanList";
    public V1ListMeta Metadata { get; set; } = new();
    public IList<RebalancePlan> Items { get; set; } = [];
}
