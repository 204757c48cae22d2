using System.Net;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>The address of a committed move.</summary>
/// <param name="HeirHandle">Handle of the copy's sandbox: what its CNI DEL releases.</param>
internal sealed record CalicoTransfer(IPAddress Address, CalicoPod Source, CalicoPod Heir, string HeirHandle);

internal enum CalicoAction
{
    Create,
    Replace,
    Delete,
}

/// <summary>One write. Replace and Delete count only for the object's resourceVersion.</summary>
internal sealed record CalicoWrite(CalicoAction Action, string Plural, JsonObject Object);

/// <summary>
/// Gives the source's address to its copy in Calico's IPAM. Pure: from what the objects say, the next write; run again after each of them, after a refused one, and
/// after a crash. The order is that of Calico's own assignment and release (libcalico-go/lib/ipam/ipam.go): the copy's handle first, then the block, which decides,
/// then the source's handle. At every instant the address has one owner, and that one's handle names its block. The source is not released: its address is no
/// longer its own, so that the CNI DEL of its sandbox, which goes by handle, finds nothing.
/// </summary>
internal static class CalicoHandOver
{
    /// <summary>The handle, beside the copy's, that the next write may be about; "": none.</summary>
    public static string FormerHandle(CalicoTransfer transfer, CalicoBlock block) => block.Find(transfer.Address) is { } owner && owner.Handle == transfer.HeirHandle ? owner.FormerHandle : "";

    /// <param name="transfer">Committed, and its copy lives.</param>
    /// <param name="block">Of the address.</param>
    /// <param name="heirHandle">IPAMHandle of <see cref="CalicoTransfer.HeirHandle"/>; null: there is none.</param>
    /// <param name="formerHandle">IPAMHandle of <see cref="FormerHandle"/>; null: there is none.</param>
    /// <returns>Null: done.</returns>
    /// <exception cref="AddressException">AddressLost: it is somebody else's.</exception>
    public static CalicoWrite? Next(CalicoTransfer transfer, CalicoBlock block, JsonObject? heirHandle, JsonObject? formerHandle)
    {
        var owner = block.Find(transfer.Address);
        var isHeirs = owner?.Handle == transfer.HeirHandle;
        if (owner is not null && !isHeirs && owner.Pod != transfer.Source)
        {
            throw new AddressException(AddressReasons.AddressLost, $"address {transfer.Address} of {transfer.Source} cannot be given to {transfer.Heir}: Calico has it for {owner}");
        }

        return HeirHandle(transfer, block, heirHandle, isHeirs)
            ?? (isHeirs ? FormerHandle(block, owner!.FormerHandle, formerHandle) : new CalicoWrite(CalicoAction.Replace, CalicoResource.Blocks, block.Give(transfer.Address, transfer.Heir, transfer.HeirHandle)));
    }

    private static CalicoWrite? HeirHandle(CalicoTransfer transfer, CalicoBlock block, JsonObject? handle, bool isHeirs)
    {
        var wanted = block.Count(transfer.HeirHandle) + (isHeirs ? 0 : 1);
        if (handle is null) { return new CalicoWrite(CalicoAction.Create, CalicoResource.Handles, CalicoHandle.New(transfer.HeirHandle, block.Cidr, wanted)); }
        if (CalicoHandle.IsDeleted(handle)) { return new CalicoWrite(CalicoAction.Delete, CalicoResource.Handles, handle); }
        return CalicoHandle.Count(handle, block.Cidr) >= wanted ? null : new CalicoWrite(CalicoAction.Replace, CalicoResource.Handles, CalicoHandle.With(handle, block.Cidr, wanted));
    }

    private static CalicoWrite? FormerHandle(CalicoBlock block, string handle, JsonObject? former)
    {
        var left = block.Count(handle);
        if (former is null || CalicoHandle.IsDeleted(former) || CalicoHandle.Count(former, block.Cidr) <= left) { return null; }
        var rest = CalicoHandle.With(former, block.Cidr, left);
        return CalicoHandle.Total(rest) == 0 ? new CalicoWrite(CalicoAction.Delete, CalicoResource.Handles, former) : new CalicoWrite(CalicoAction.Replace, CalicoResource.Handles, rest);
    }
}
