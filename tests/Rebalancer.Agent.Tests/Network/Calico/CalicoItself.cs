using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Calico;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>
/// What Calico's own code does with these objects, after libcalico-go/lib/ipam/ipam.go and ipam_block.go at 87c15906f20c (IPCooldownSeconds 0): a CNI DEL's
/// ReleaseByHandle and an ADD's AssignIP.
/// </summary>
internal static class CalicoItself
{
    /// <summary>A handle that does not exist, or names a block without an address of it, is no error of a DEL.</summary>
    public static void ReleaseByHandle(MemoryCalico api, string handle)
    {
        if (api.Get(CalicoResource.Handles, handle) is not { } found || (bool)found["spec"]!["deleted"]!) { return; }
        var changed = false;
        foreach (var cidr in found["spec"]!["block"]!.AsObject().Select(each => each.Key).ToList())
        {
            var name = cidr.Replace('.', '-').Replace('/', '-');
            var block = api.Get(CalicoResource.Blocks, name);
            if (block is null) { continue; }
            var (spec, owners) = (block["spec"]!, block["spec"]!["attributes"]!.AsArray());
            var given = spec["allocations"]!.AsArray();
            var released = given.Index().Where(each => each.Item is not null && (string?)owners[(int)each.Item]!["handle_id"] == handle).Select(each => each.Index).ToList();
            if (released.Count == 0) { continue; }
            foreach (var ordinal in released)
            {
                given[ordinal] = null;
                spec["unallocated"]!.AsArray().Add(ordinal);
                spec["sequenceNumberForAllocation"]!.AsObject().Remove($"{ordinal}");
            }
            DropUnused(owners, given);
            Update(api, block);
            changed = true;
            var left = (int)found["spec"]!["block"]![cidr]! - released.Count;
            Assert.True(left >= 0, $"handle {handle} named fewer addresses of {cidr} than it had");
            if (left == 0) { found["spec"]!["block"]!.AsObject().Remove(cidr); }
            else { found["spec"]!["block"]![cidr] = left; }
        }
        if (!changed) { return; }
        if (found["spec"]!["block"]!.AsObject().Count == 0) { api.Remove(CalicoResource.Handles, handle); }
        else { api.Put(CalicoResource.Handles, found); }
    }

    /// <returns>False: "Address already assigned in block".</returns>
    public static bool AssignIP(MemoryCalico api, int ordinal, string handle, string node, string pod)
    {
        var block = api.Get(CalicoResource.Blocks, CalicoData.BlockName)!;
        var spec = block["spec"]!;
        if (spec["allocations"]!.AsArray()[ordinal] is not null) { return false; }
        spec["attributes"]!.AsArray().Add(CalicoData.Attribute(handle, node, pod));
        spec["allocations"]![ordinal] = spec["attributes"]!.AsArray().Count - 1;
        var free = spec["unallocated"]!.AsArray();
        free.Remove(free.Single(each => (int)each! == ordinal));
        spec["sequenceNumberForAllocation"]![$"{ordinal}"] = (ulong)spec["sequenceNumber"]!;
        api.Put(CalicoResource.Handles, CalicoData.Handle(handle));
        Update(api, block);
        return true;
    }

    /// <summary>The garbage collector's release of one address: by the handle and the sequence number that it has once seen.</summary>
    public static bool MayRelease(MemoryCalico api, int ordinal, string handle, ulong sequence)
    {
        var spec = api.Get(CalicoResource.Blocks, CalicoData.BlockName)!["spec"]!;
        var index = (int)spec["allocations"]![ordinal]!;
        return (ulong)spec["sequenceNumberForAllocation"]![$"{ordinal}"]! == sequence && (string?)spec["attributes"]![index]!["handle_id"] == handle;
    }

    private static void DropUnused(JsonArray owners, JsonArray given)
    {
        for (var index = owners.Count - 1; index >= 0; index--)
        {
            if (given.Any(each => each is not null && (int)each == index)) { continue; }
            owners.RemoveAt(index);
            for (var i = 0; i < given.Count; i++)
            {
                if (given[i] is { } above && (int)above > index) { given[i] = (int)above - 1; }
            }
        }
    }

    private static void Update(MemoryCalico api, JsonObject block)
    {
        block["spec"]!["sequenceNumber"] = (ulong)block["spec"]!["sequenceNumber"]! + 1;
        api.Put(CalicoResource.Blocks, block);
    }
}
