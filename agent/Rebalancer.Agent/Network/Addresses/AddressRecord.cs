using System.Net;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <param name="PodUid">As containerd has it.</param>
/// <param name="SandboxId">CNI container id; "" where nobody knows it.</param>
internal sealed record AddressOwner(string PodUid, string PodNamespace, string PodName, string Node, string SandboxId);

/// <summary>How an address and its owner are written as a PodAddress object.</summary>
internal static class AddressRecord
{
    /// <summary>On a PodAddress: its owner's UID, so that an owner's records are found without reading all.</summary>
    public const string PodUidLabel = "rebalancer.dev/pod-uid";

    public static string NameOf(IPAddress address) => address.ToString().Replace('.', '-');

    public static PodAddress New(IPAddress address, AddressOwner owner)
    {
        var record = new PodAddress { Metadata = new V1ObjectMeta { Name = NameOf(address) }, Spec = { Address = address.ToString() } };
        GiveTo(record, owner);
        return record;
    }

    public static void GiveTo(PodAddress record, AddressOwner owner)
    {
        record.Metadata.Labels ??= new Dictionary<string, string>();
        record.Metadata.Labels[PodUidLabel] = owner.PodUid;
        record.Spec.PodUID = owner.PodUid;
        record.Spec.PodNamespace = owner.PodNamespace;
        record.Spec.PodName = owner.PodName;
        record.Spec.Node = owner.Node;
        record.Spec.SandboxID = owner.SandboxId.Length == 0 ? null : owner.SandboxId;
    }
}
