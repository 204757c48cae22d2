using System.Net;
using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>
/// An IPAMHandle of crd.projectcalico.org/v1: how many addresses of which blocks a handle releases (libcalico-go/lib/ipam/ipam_handle.go). It may say too much, which
/// Calico's release bears, and never too little: what it does not name is not released. Pure.
/// </summary>
internal static class CalicoHandle
{
    /// <summary>As Calico reads it: a migration from host-local has left line ends in some.</summary>
    public static string Plain(string handle) => handle.Split('\r')[0];

    /// <summary>Name of the handle's object.</summary>
    public static string NameOf(string handle) => Plain(handle).ToLowerInvariant();

    public static bool IsDeleted(JsonObject? handle) => CalicoValue.Flag(handle?["spec"]?["deleted"]);

    public static int Count(JsonObject? handle, IPNetwork block) => CalicoValue.Whole(handle?["spec"]?["block"]?[block.ToString()]) ?? 0;

    /// <summary>How many addresses it has in all blocks.</summary>
    public static int Total(JsonObject handle) => (handle["spec"]?["block"] as JsonObject ?? []).Sum(each => CalicoValue.Whole(each.Value) ?? 0);

    public static JsonObject New(string handle, IPNetwork block, int count) => new()
    {
        ["apiVersion"] = CalicoResource.ApiVersion,
        ["kind"] = "IPAMHandle",
        ["metadata"] = new JsonObject { ["name"] = NameOf(handle) },
        ["spec"] = new JsonObject { ["handleID"] = handle, ["block"] = new JsonObject { [block.ToString()] = count }, ["deleted"] = false },
    };

    /// <summary>The object with another count; 0 takes the block out.</summary>
    public static JsonObject With(JsonObject handle, IPNetwork block, int count)
    {
        var copy = handle.DeepClone().AsObject();
        if (copy["spec"] is not JsonObject spec) { copy["spec"] = spec = []; }
        if (spec["block"] is not JsonObject blocks) { spec["block"] = blocks = []; }
        if (count == 0) { blocks.Remove(block.ToString()); }
        else { blocks[block.ToString()] = count; }
        return copy;
    }
}
