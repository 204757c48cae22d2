using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>The record of one pod address of the cluster range, cluster-scoped, named by the address with dashes ("10-88-1-4"). Owned by exactly one pod UID; a commit hands it over by compare-and-set on resourceVersion.</summary>
[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = PodAddressKind, PluralName = PodAddressPlural)]
public sealed class PodAddress : IKubernetesObject<V1ObjectMeta>, ISpec<PodAddressSpec>
{
    public const string PodAddressKind = "PodAddress";
    public const string PodAddressPlural = "podaddresses";

    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = PodAddressKind;
    public V1ObjectMeta Metadata { get; set; } = new();
    public PodAddressSpec Spec { get; set; } = new();
}

[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = "PodAddressList", PluralName = PodAddress.PodAddressPlural)]
public sealed class PodAddressList : IKubernetesObject<V1ListMeta>, IItems<PodAddress>
{
    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = "PodAddressList";
    public V1ListMeta Metadata { get; set; } = new();
    public IList<PodAddress> Items { get; set; } = [];
}

public sealed class PodAddressSpec
{
    /// <summary>IPv4 address without prefix.</summary>
    public string Address { get; set; } = "";
    [JsonPropertyName("podUID")] public string PodUID { get; set; } = "";
    public string PodNamespace { get; set; } = "";
    public string PodName { get; set; } = "";
    /// <summary>Node where the owner runs.</summary>
    public string Node { get; set; } = "";
    /// <summary>CNI container id (sandbox) of the owner.</summary>
    [JsonPropertyName("sandboxID")] public string? SandboxID { get; set; }
}
