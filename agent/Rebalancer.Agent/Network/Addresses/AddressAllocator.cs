using System.Net;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>
/// Gives free addresses of the cluster's range to pods. Creating the record decides: of two nodes that try the same address one gets it.
/// What is remembered of other records only saves tries.
/// </summary>
internal sealed class AddressAllocator(IAddressRecords records, Random random, TimeProvider time)
{
    private const int MaxTries = 1000;
    private static readonly TimeSpan MemoryLife = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private HashSet<string> _taken = [];
    private long? _readAt;

    /// <summary>The pod's address; the same again for a pod that has one.</summary>
    /// <exception cref="AddressException">AddressRangeFull.</exception>
    public async Task<IPAddress> GiveAsync(AddressRange range, AddressOwner owner, CancellationToken cancellation)
    {
        foreach (var record in await records.ListOwnedByAsync(owner.PodUid, cancellation))
        {
            if (IPAddress.TryParse(record.Spec.Address, out var known) && range.IsOnLink(known) && await IsNowOfAsync(record, owner, cancellation))
            {
                return known;
            }
        }

        return await AllocateAsync(range, owner, fresh: false, cancellation) ?? await AllocateAsync(range, owner, fresh: true, cancellation)
            ?? throw new AddressException(AddressReasons.RangeFull, $"no address is left for pod {owner.PodNamespace}/{owner.PodName}: all {range.Count} of the range are taken");
    }

    public void Freed(string name)
    {
        lock (_lock)
        {
            _taken.Remove(name);
        }
    }

    /// <summary>A pod whose sandbox is made anew keeps its address, which then belongs to the new sandbox.</summary>
    private async Task<bool> IsNowOfAsync(PodAddress record, AddressOwner owner, CancellationToken cancellation)
    {
        if (record.Spec.SandboxID == owner.SandboxId && record.Spec.Node == owner.Node)
        {
            return true;
        }

        AddressRecord.GiveTo(record, owner);
        return await records.TryReplaceAsync(record, cancellation);
    }

    private async Task<IPAddress?> AllocateAsync(AddressRange range, AddressOwner owner, bool fresh, CancellationToken cancellation)
    {
        await RememberAsync(fresh, cancellation);
        var tries = 0;
        foreach (var address in Candidates(range))
        {
            if (await records.TryCreateAsync(AddressRecord.New(address, owner), cancellation))
            {
                Take(address);
                return address;
            }

            Take(address);
            if (++tries == MaxTries)
            {
                throw new AddressException(AddressReasons.Contention, $"{MaxTries} addresses in a row were taken by others while pod {owner.PodNamespace}/{owner.PodName} asked for one");
            }
        }

        return null;
    }

    private List<IPAddress> Candidates(AddressRange range)
    {
        lock (_lock)
        {
            return [.. range.From(random).Where(a => !_taken.Contains(AddressRecord.NameOf(a))).Take(MaxTries)];
        }
    }

    private async Task RememberAsync(bool fresh, CancellationToken cancellation)
    {
        if (!fresh && _readAt is { } at && time.GetElapsedTime(at) < MemoryLife)
        {
            return;
        }

        var all = await records.ListAsync(cancellation);
        lock (_lock)
        {
            _taken = all.Select(r => r.Metadata.Name).ToHashSet(StringComparer.Ordinal);
            _readAt = time.GetTimestamp();
        }
    }

    private void Take(IPAddress address)
    {
        lock (_lock)
        {
            _taken.Add(AddressRecord.NameOf(address));
        }
    }
}
