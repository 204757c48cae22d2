using System.Collections.Concurrent;
using System.Net;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>Answers what rebalancer-ipam asks for the sandboxes of this node.</summary>
internal sealed class CniAnswers(
    IClaims claims, IAddressRecords records, AddressAllocator allocator, AddressAdoption adoption, AddressRelease release, AddressHandOver handOver, IArrivals arrivals, AgentOptions options)
{
    // Sandboxes of claimed pods that wait for their commit; they end with the pod, or with the agent, which costs only the sandbox's name in the record.
    private readonly ConcurrentDictionary<string, (string Id, string NetNs)> _sandboxes = new(StringComparer.Ordinal);

    public async Task<LocalReply> AddAsync(LocalRequest request, CancellationToken cancellation)
    {
        Require("podUid", request.PodUid);
        Require("containerId", request.ContainerId);
        var range = AddressRange.Parse(request.Subnet, request.RangeStart, request.RangeEnd, request.Gateway);
        await adoption.EnsureAsync(cancellation);
        var claimed = await claims.FindAsync(request.PodNamespace, request.PodName, request.PodUid, cancellation);
        var address = claimed is null || await HasArrivedAsync(claimed, request.PodUid, cancellation)
            ? await allocator.GiveAsync(range, OwnerOf(request), cancellation)
            : await ReceiveAsync(claimed, request, range, cancellation);
        return new LocalReply { Action = LocalActions.Proceed, Address = $"{address}/{range.PrefixLength}", Gateway = request.Gateway };
    }

    public async Task<LocalReply> DeleteAsync(LocalRequest request, CancellationToken cancellation)
    {
        await release.ReleaseAsync(request.PodUid, request.ContainerId, cancellation);
        // The runtime names no namespace where it has lost it; then it is known from the arrival.
        var netNs = _sandboxes.TryRemove(request.PodUid, out var arrived) && request.NetNs.Length == 0 ? arrived.NetNs : request.NetNs;
        await arrivals.ForgetAsync(netNs);
        return new LocalReply { Action = LocalActions.Proceed };
    }

    public async Task<LocalReply> CheckAsync(LocalRequest request, CancellationToken cancellation)
    {
        Require("podUid", request.PodUid);
        var owned = await records.ListOwnedByAsync(request.PodUid, cancellation);
        return owned.Count > 0 || _sandboxes.ContainsKey(request.PodUid)
            ? new LocalReply { Action = LocalActions.Proceed }
            : throw new AddressException(AddressReasons.NoAddress, $"pod {request.PodNamespace}/{request.PodName} (UID {request.PodUid}) owns no address");
    }

    public Task HandOverAsync(Migration migration, CancellationToken cancellation) =>
        handOver.HandOverAsync(migration, _sandboxes.GetValueOrDefault(migration.Status.Claim?.PodUID ?? "", (Id: "", NetNs: "")).Id, cancellation);

    /// <summary>Whether this is an ordinary pod by now: it has moved in, runs, and its sandbox is made anew.</summary>
    private async Task<bool> HasArrivedAsync(Migration migration, string podUid, CancellationToken cancellation)
    {
        if (migration.Status.Decision != Decision.Committed || migration.Status.Target?.State is not (TargetState.Running or TargetState.ColdStarted))
        {
            return false;
        }

        var record = await records.ReadAsync(AddressRecord.NameOf(AddressHandOver.AddressOf(migration)), cancellation);
        return record?.Spec.PodUID == podUid;
    }

    /// <summary>The source's address for the pod that will take its place. The record stays the source's until the commit.</summary>
    private async Task<IPAddress> ReceiveAsync(Migration migration, LocalRequest request, AddressRange range, CancellationToken cancellation)
    {
        Require("netNs", request.NetNs);
        Require("ifName", request.IfName);
        var address = AddressHandOver.AddressOf(migration);
        var record = await records.ReadAsync(AddressRecord.NameOf(address), cancellation);
        if (!range.IsOnLink(address) || record is null || (record.Spec.PodUID != migration.Status.PodUID && record.Spec.PodUID != request.PodUid))
        {
            throw new AddressException(
                AddressReasons.AddressLost,
                $"address {address} of migration {migration.Metadata.Name} cannot be given to pod {request.PodNamespace}/{request.PodName}: "
                + (record is null ? "it has no record" : $"its record belongs to pod UID '{record.Spec.PodUID}', and the range of this network is {request.Subnet}"));
        }

        // Before anybody brings the interface up: the bridge plugin announces the address itself, while the source still uses it.
        await arrivals.CloseAsync(request.NetNs, request.IfName, migration.Status.Source?.Mac ?? "");
        _sandboxes[request.PodUid] = (request.ContainerId, request.NetNs);
        if (migration.Status.Decision == Decision.Committed)
        {
            await handOver.HandOverAsync(migration, request.ContainerId, cancellation);
        }

        return address;
    }

    private AddressOwner OwnerOf(LocalRequest request) => new(request.PodUid, request.PodNamespace, request.PodName, options.Node, request.ContainerId);

    private static void Require(string field, string value)
    {
        if (value.Length == 0)
        {
            throw new AddressException(AddressReasons.InvalidRequest, $"CNI request: {field} is empty");
        }
    }
}
