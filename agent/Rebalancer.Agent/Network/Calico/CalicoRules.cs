using System.Net;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Calico;

/// <param name="NetworkName">Of the target's CNI configuration: the first part of every handle.</param>
/// <param name="Block">Of the address; null: there is none.</param>
/// <param name="Handle">IPAMHandle of the address's allocation; null: there is none.</param>
/// <param name="Settings">The IPAMConfig; null: Calico's defaults.</param>
/// <param name="Felix">FelixConfigurations of the cluster, and of source and target.</param>
internal sealed record CalicoFacts(
    IPAddress Address, CalicoPod Source, string TargetNode, string NetworkName, CalicoPool? Pool, CalicoBlock? Block, JsonObject? Handle, JsonObject? Settings, IReadOnlyList<JsonObject> Felix);

/// <summary>What of a cluster's Calico keeps an address from being taken along. Pure; every reason at once.</summary>
internal static class CalicoRules
{
    /// <summary>
    /// The CNI ADD of an address that its source still has, as cni-plugin/pkg/k8s/k8s.go and libcalico-go/lib/ipam/ipam.go do it (AssignIP; host-side routes and the
    /// WorkloadEndpoint of every pod but a KubeVirt machine's).
    /// </summary>
    public const string Sandbox =
        "Calico's CNI plugin gives no pod an address that is still allocated (annotation cni.projectcalico.org/ipAddrs), and routes one that it has given to the pod's node at once, "
        + "while the copy's sandbox must have the address before the commit, and its packets only after it";

    public static IReadOnlyList<string> Check(CalicoFacts facts)
    {
        List<string> reasons = [];
        if (facts.NetworkName.Length == 0) { reasons.Add("the node's CNI configuration has no name, by which Calico names its handles"); }
        if (facts.Felix.Any(each => CalicoValue.Flag(each["spec"]?["bpfEnabled"]))) { reasons.Add("bpfEnabled: the eBPF data plane keeps connections in maps of the node, which do not come along"); }
        if (facts.Pool is not { } pool)
        {
            reasons.Add($"{CalicoResource.ApiVersion} has no IPPool with address {facts.Address} (Calico with an etcd datastore, or with its objects in projectcalico.org/v3?)");
            return reasons;
        }

        if (pool.Encapsulation.Length == 0) { reasons.Add($"IPPool {pool.Name} has neither ipipMode nor vxlanMode: whether the nodes' network routes a single address to another node is not known"); }
        if (pool.NodeSelector.Length > 0) { reasons.Add($"IPPool {pool.Name} is for nodes of nodeSelector '{pool.NodeSelector}' only"); }
        reasons.AddRange(Allocation(facts, pool.Block));
        return reasons;
    }

    private static IEnumerable<string> Allocation(CalicoFacts facts, IPNetwork cidr)
    {
        if (facts.Block is not { IsDeleted: false } block)
        {
            yield return $"there is no IPAMBlock {CalicoResource.BlockName(cidr)}, which address {facts.Address} would be of";
            yield break;
        }

        if (CalicoValue.Flag(facts.Settings?["spec"]?["strictAffinity"]) && block.Node != facts.TargetNode)
        {
            yield return $"strictAffinity: block {cidr} is of {(block.Node.Length == 0 ? "no node" : $"node {block.Node}")}, and no other may have addresses of it";
        }
        if (block.Find(facts.Address) is not { } owner) { yield return $"address {facts.Address} is nobody's in Calico's IPAM"; }
        else if (owner.Pod != facts.Source) { yield return $"address {facts.Address} is not of {facts.Source}: Calico has it for {owner}"; }
        else if (owner.Handle.Length == 0) { yield return $"address {facts.Address} has no handle, by which it could be released"; }
        if (facts.Handle is { } handle && CalicoHandle.Total(handle) is > 1 and var count) { yield return $"the pod has {count} addresses; a pod that moves has one"; }
    }
}
