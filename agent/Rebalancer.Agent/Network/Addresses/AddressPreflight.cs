using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>
/// Says whether a pod can bring its address to this node. Changes nothing. Some pods' objects are gone before their sandbox on the target asks for the
/// address; what is found out only then costs such a pod its memory.
/// </summary>
internal sealed class AddressPreflight(IAddressRecords records, NodeAddressing addressing, AgentOptions options, TimeProvider clock)
{
    /// <summary>The record of a pod that has just moved, or was there before rebalancer-ipam, may still be on its way.</summary>
    private static readonly TimeSpan RecordLimit = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="migration">The source's agent has described the pod.</param>
    /// <param name="cancellation">Ends the wait for its record.</param>
    /// <exception cref="MoveException">NetworkUnsupported, AddressLost: it would have another address here, or none.</exception>
    public async Task RequireAsync(Migration migration, CancellationToken cancellation)
    {
        if (AddressHandOver.Told(migration) is not { } address) { return; }
        if (addressing.Network(out var others) is not { } network)
        {
            throw new MoveException(Reasons.NetworkUnsupported, $"node {options.Node} would give the pod another address than {address}: its pods get theirs from {others}, not from {NodeAddressing.Ours}");
        }
        if (!network.Contains(address)) { throw new MoveException(Reasons.NetworkUnsupported, $"node {options.Node} cannot take the pod's address {address}: its pods are in network {network}"); }
        var (start, podUid) = (clock.GetTimestamp(), migration.Status.PodUID);
        while (await records.ReadAsync(AddressRecord.NameOf(address), cancellation) is var record && record?.Spec.PodUID != podUid)
        {
            if (clock.GetElapsedTime(start) > RecordLimit)
            {
                var owner = record is null ? "it has no PodAddress" : $"its PodAddress belongs to pod {record.Spec.PodNamespace}/{record.Spec.PodName} with UID {record.Spec.PodUID}";
                throw new MoveException(AddressReasons.AddressLost, $"address {address} cannot be kept: {owner}, and this pod's UID is {podUid}");
            }
            await Task.Delay(Pause, clock, cancellation);
        }
    }
}
