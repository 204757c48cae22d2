using k8s;
using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>What the owner of a cluster has decided about moving its pods, cluster-scoped. See manifests/crds/rebalancepolicies.yaml.</summary>
[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = RebalancePolicyKind, PluralName = RebalancePolicyPlural)]
public sealed class RebalancePolicy : IKubernetesObject<V1ObjectMeta>, ISpec<RebalancePolicySpec>, IStatus<RebalancePolicyStatus>
{
    public const string RebalancePolicyKind = "RebalancePolicy";
    public const string RebalancePolicyPlural = "rebalancepolicies";

    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = RebalancePolicyKind;
    public V1ObjectMeta Metadata { get; set; } = new();
    public RebalancePolicySpec Spec { get; set; } = new();
    public RebalancePolicyStatus Status { get; set; } = new();
}

[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = "RebalancePolicyList", PluralName = RebalancePolicy.RebalancePolicyPlural)]
public sealed class RebalancePolicyList : IKubernetesObject<V1ListMeta>, IItems<RebalancePolicy>
{
    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = "RebalancePolicyList";
    public V1ListMeta Metadata { get; set; } = new();
    public IList<RebalancePolicy> Items { get; set; } = [];
}

/// <summary>Written by the leader.</summary>
public sealed class RebalancePolicyStatus
{
    public long ObservedGeneration { get; set; }

    /// <summary>Of the leader that wrote last; never decreases.</summary>
    public long? LeaderEpoch { get; set; }

    /// <summary><see cref="PolicyConditions.Ready"/>.</summary>
    public IList<V1Condition>? Conditions { get; set; }
}

/// <summary>Condition types and reasons of a RebalancePolicy.</summary>
public static class PolicyConditions
{
    /// <summary>True: the policy makes sense and counts. False: it does not count, and the message lists all that is wrong with it.</summary>
    public const string Ready = "Ready";

    /// <summary>True: the last plan that was made is worth it. The reason is its verdict (see <see cref="PlanVerdicts"/>), the message says why.</summary>
    public const string Planned = "Planned";

    /// <summary>Reason of Planned: the cluster could not be read.</summary>
    public const string NotPlanned = "NotPlanned";

    public const string Valid = "Valid";
    public const string Invalid = "Invalid";
}
