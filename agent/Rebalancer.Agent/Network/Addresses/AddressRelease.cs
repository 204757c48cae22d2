using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>What happens to the addresses of a sandbox that ends: freed, or handed over where the pod has moved away.</summary>
internal sealed class AddressRelease(IAddressRecords records, AddressHandOver handOver, AddressAllocator allocator)
{
    private const int MaxTries = 10;

    /// <param name="podUid">"": the runtime does not know the pod any more; the sandbox alone decides.</param>
    /// <param name="sandboxId">CNI container id.</param>
    /// <param name="cancellation">Ends the tries.</param>
    /// <exception cref="AddressException">MoveUndecided: ask again.</exception>
    public async Task ReleaseAsync(string podUid, string sandboxId, CancellationToken cancellation)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var done = true;
            foreach (var record in await OwnedAsync(podUid, sandboxId, cancellation))
            {
                done &= await TryReleaseAsync(record, cancellation);
            }

            if (done)
            {
                return;
            }
        }

        throw new AddressException(AddressReasons.Contention, $"addresses of pod {podUid} were changed {MaxTries} times while they were freed");
    }

    private async Task<IEnumerable<PodAddress>> OwnedAsync(string podUid, string sandboxId, CancellationToken cancellation)
    {
        if (podUid.Length == 0)
        {
            return (await records.ListAsync(cancellation)).Where(r => sandboxId.Length > 0 && r.Spec.SandboxID == sandboxId);
        }

        // Another sandbox of the same pod may have taken the address over by now.
        return (await records.ListOwnedByAsync(podUid, cancellation))
            .Where(r => r.Spec.PodUID == podUid && (string.IsNullOrEmpty(r.Spec.SandboxID) || sandboxId.Length == 0 || r.Spec.SandboxID == sandboxId));
    }

    private async Task<bool> TryReleaseAsync(PodAddress record, CancellationToken cancellation)
    {
        var moves = (await records.ListLeavingAsync(cancellation)).Where(m => m.Status.PodUID == record.Spec.PodUID).ToList();
        if (moves.Find(m => m.Status.Decision == Decision.Committed) is { } committed)
        {
            // A bare pod's heir is created only later; until it is, the record stays as it is, so that nobody else gets the address.
            if (!string.IsNullOrEmpty(committed.Status.Claim?.PodUID))
            {
                await handOver.HandOverAsync(committed, "", cancellation);
            }

            return true;
        }

        if (moves.Find(m => m.Status is { Decision: Decision.None, Claim: not null } && !IsOver(m)) is { } undecided)
        {
            throw new AddressException(
                AddressReasons.MoveUndecided,
                $"address {record.Spec.Address} of pod {record.Spec.PodNamespace}/{record.Spec.PodName}: migration {undecided.Metadata.Name} may still hand it over; try again when it is decided");
        }

        if (await records.TryDeleteAsync(record, cancellation))
        {
            allocator.Freed(record.Metadata.Name);
            return true;
        }

        return false;
    }

    private static bool IsOver(Migration migration) => migration.Status.Phase is "Succeeded" or "RolledBack" or "Failed";
}
