using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>
/// An IPAMBlock of crd.projectcalico.org/v1: the addresses of one CIDR, each with the index of its attributes (libcalico-go/lib/backend/model/block.go). Pure. Kept as the
/// JSON that the API server sent, so that what this code does not know of comes back to it.
/// </summary>
internal sealed class CalicoBlock
{
    /// <summary>Attribute of an address that a move has handed over: the handle before, which then is to be cleaned up. Calico carries attributes that it does not know.</summary>
    private const string FormerHandle = "rebalancer.dev/handed-over-from";

    /// <summary>Calico's largest block has 4,096 addresses.</summary>
    private const int ShortestPrefix = 20;

    private readonly JsonObject document;
    private readonly JsonArray allocations;
    private readonly JsonArray attributes;

    private CalicoBlock(JsonObject document, IPNetwork cidr, JsonArray allocations, JsonArray attributes)
        => (this.document, Cidr, this.allocations, this.attributes) = (document, cidr, allocations, attributes);

    public IPNetwork Cidr { get; }

    /// <summary>The node whose block it is; "": no node's.</summary>
    public string Node => CalicoValue.Text(Spec["affinity"]) is var affinity && affinity.StartsWith("host:", StringComparison.Ordinal) ? affinity["host:".Length..] : "";

    private JsonObject Spec => document["spec"]!.AsObject();

    /// <summary>On its way out: Calico marks a block before it deletes it, and takes it for absent from then on.</summary>
    public bool IsDeleted => CalicoValue.Flag(Spec["deleted"]);

    /// <exception cref="AddressException">RecordInvalid; the message names the object, and every field that makes no sense.</exception>
    public static CalicoBlock Parse(JsonObject document)
    {
        var spec = document["spec"] as JsonObject ?? [];
        List<string> wrong = [];
        if (!IPNetwork.TryParse(CalicoValue.Text(spec["cidr"]), out var cidr) || cidr.BaseAddress.AddressFamily != AddressFamily.InterNetwork || cidr.PrefixLength < ShortestPrefix)
        {
            throw Invalid(document, [$"spec.cidr '{CalicoValue.Text(spec["cidr"])}' is no IPv4 network of at least {ShortestPrefix} bits"]);
        }

        var size = 1 << (32 - cidr.PrefixLength);
        var attributes = spec["attributes"] as JsonArray ?? [];
        if (attributes.Any(each => each is not JsonObject)) { wrong.Add("spec.attributes has entries that are no objects"); }
        if (spec["unallocated"] is not JsonArray unallocated || unallocated.Any(each => CalicoValue.Whole(each) is not { } free || free < 0 || free >= size)) { wrong.Add($"spec.unallocated is no list of numbers below {size}"); }
        if (spec["allocations"] is not JsonArray allocations || allocations.Count != size || allocations.Any(each => each is not null && (CalicoValue.Whole(each) is not { } index || index < 0 || index >= attributes.Count)))
        {
            wrong.Add($"spec.allocations is no list of {size}, each null or below {attributes.Count}");
            allocations = [];
        }
        return wrong.Count == 0 ? new CalicoBlock(document, cidr, allocations, attributes) : throw Invalid(document, wrong);
    }

    /// <returns>Null: nobody's. It is free, or was released and waits for its cool-down to end.</returns>
    /// <exception cref="AddressException">RecordInvalid: it is not of this block.</exception>
    public CalicoAllocation? Find(IPAddress address)
    {
        if (CalicoValue.Whole(allocations[Ordinal(address)]) is not { } index || attributes[index]!["releasedAt"] is not null) { return null; }
        var (attribute, owner) = (attributes[index]!, attributes[index]!["secondary"] as JsonObject ?? []);
        var isMachine = owner["vmi-name"] is not null || attribute["alternateOwnerAttrs"] is not null;
        var pod = isMachine || owner["pod"] is null ? null : new CalicoPod(CalicoValue.Text(owner["namespace"]), CalicoValue.Text(owner["pod"]), CalicoValue.Text(owner["node"]));
        return new CalicoAllocation(CalicoHandle.Plain(CalicoValue.Text(attribute["handle_id"])), pod, CalicoValue.Text(owner[FormerHandle]));
    }

    /// <summary>How many addresses of this block are released by the handle.</summary>
    public int Count(string handle) => allocations.Count(each => CalicoValue.Whole(each) is { } index && CalicoHandle.Plain(CalicoValue.Text(attributes[index]!["handle_id"])) == handle);

    /// <summary>
    /// The object with the address given to a pod, all else as it is. As Calico's own assignment: the address gets the block's sequence number and the block the next
    /// one, so that a release by somebody who knew the former owner is rejected; attributes that no address has any more go.
    /// </summary>
    public JsonObject Give(IPAddress address, CalicoPod pod, string handle)
    {
        var (copy, ordinal) = (document.DeepClone().AsObject(), Ordinal(address));
        var spec = copy["spec"]!.AsObject();
        var (given, owners, free) = (spec["allocations"]!.AsArray(), spec["attributes"]!.AsArray(), spec["unallocated"]!.AsArray());
        var (before, former) = (Find(address), CalicoValue.Whole(given[ordinal]));
        var secondary = before is null ? [] : (owners[former!.Value]!["secondary"] as JsonObject ?? []).DeepClone().AsObject();
        (secondary["namespace"], secondary["pod"], secondary["node"]) = (pod.Namespace, pod.Name, pod.Node);
        secondary.Remove(FormerHandle);
        if (before is { Handle.Length: > 0 }) { secondary[FormerHandle] = before.Handle; }
        owners.Add(new JsonObject { ["handle_id"] = handle, ["secondary"] = secondary });
        given[ordinal] = owners.Count - 1;
        foreach (var entry in free.Where(each => CalicoValue.Whole(each) == ordinal).ToList()) { free.Remove(entry); }
        if (former is { } index && !given.Any(each => CalicoValue.Whole(each) == index)) { Drop(owners, given, index); }

        var sequence = CalicoValue.Sequence(spec["sequenceNumber"]);
        var known = spec["sequenceNumberForAllocation"] as JsonObject;
        if (known is null) { spec["sequenceNumberForAllocation"] = known = []; }
        known[ordinal.ToString(CultureInfo.InvariantCulture)] = sequence;
        spec["sequenceNumber"] = sequence + 1;
        return copy;
    }

    private static void Drop(JsonArray owners, JsonArray given, int index)
    {
        owners.RemoveAt(index);
        for (var i = 0; i < given.Count; i++)
        {
            if (CalicoValue.Whole(given[i]) is { } above && above > index) { given[i] = above - 1; }
        }
    }

    private int Ordinal(IPAddress address) => Cidr.Contains(address)
        ? (int)(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) - BinaryPrimitives.ReadUInt32BigEndian(Cidr.BaseAddress.GetAddressBytes()))
        : throw new AddressException(AddressReasons.RecordInvalid, $"address {address} is not of block {Cidr}");

    private static AddressException Invalid(JsonObject document, IEnumerable<string> wrong) =>
        new(AddressReasons.RecordInvalid, $"IPAMBlock {CalicoValue.Text(document["metadata"]?["name"])}: {string.Join("; ", wrong)}");
}
