using System.Net;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>Makes the claimed pod of a committed move the owner of the source's address. Done by whoever comes first: the target's agent, or the source's when its sandbox ends.</summary>
internal sealed partial class AddressHandOver(IAddressRecords records, ILogger<AddressHandOver> log)
{
    private const int MaxTries = 10;

    /// <summary>The moving pod's address; null: the source's agent has told none.</summary>
    public static IPAddress? Told(Migration migration) => IPAddress.TryParse(migration.Status.Source?.Address?.Split('/')[0], out var address) ? address : null;

    /// <summary>The moving pod's address.</summary>
    /// <exception cref="AddressException">The source's agent has told none.</exception>
    public static IPAddress AddressOf(Migration migration)
    {
        return Told(migration)
            ?? throw new AddressException(AddressReasons.AddressLost, $"migration {NameOf(migration)}: status.source.address '{migration.Status.Source?.Address}' is no address");
    }

    /// <summary>UID of the pod that has the address after the commit.</summary>
    /// <exception cref="AddressException">MoveUndecided: there is no commit, or no such pod yet.</exception>
    public static string HeirOf(Migration migration) => migration.Status is { Decision: Decision.Committed, Claim.PodUID: { Length: > 0 } heir } ? heir
        : throw new AddressException(
            AddressReasons.MoveUndecided, $"migration {NameOf(migration)}: decision '{migration.Status.Decision}', claim bound to '{migration.Status.Claim?.PodUID}'; its address stays with the source");

    /// <param name="migration">Committed, and its claim is bound.</param>
    /// <param name="sandboxId">The claimed pod's; "" where it is not known.</param>
    /// <param name="cancellation">Ends the tries.</param>
    public async Task HandOverAsync(Migration migration, string sandboxId, CancellationToken cancellation)
    {
        var status = migration.Status;
        var owner = new AddressOwner(HeirOf(migration), migration.Metadata.NamespaceProperty, status.Claim?.PodName ?? "", status.TargetNode ?? "", sandboxId);
        var address = AddressOf(migration);
        for (var i = 0; i < MaxTries; i++)
        {
            if (await TryHandOverAsync(migration, address, owner, cancellation))
            {
                return;
            }
        }

        throw new AddressException(AddressReasons.Contention, $"address {address} of migration {NameOf(migration)} was changed {MaxTries} times while it was handed over");
    }

    private async Task<bool> TryHandOverAsync(Migration migration, IPAddress address, AddressOwner heir, CancellationToken cancellation)
    {
        var record = await records.ReadAsync(AddressRecord.NameOf(address), cancellation);
        if (record is null)
        {
            // Freed before the commit, or long after the move when the heir ended: only a living heir needs it.
            return !await records.PodExistsAsync(heir.PodNamespace, heir.PodName, heir.PodUid, cancellation)
                || await records.TryCreateAsync(AddressRecord.New(address, heir), cancellation);
        }

        var isHeirs = record.Spec.PodUID == heir.PodUid;
        if (isHeirs && (record.Spec.SandboxID is not null || heir.SandboxId.Length == 0))
        {
            return true;
        }

        if (!isHeirs && record.Spec.PodUID != migration.Status.PodUID)
        {
            // Handed on by a later move, or lost: in neither case this move's to give.
            ForeignOwner(log, address, NameOf(migration), record.Spec.PodUID);
            return true;
        }

        AddressRecord.GiveTo(record, heir);
        return await records.TryReplaceAsync(record, cancellation);
    }

    private static string NameOf(Migration migration) => $"{migration.Metadata.NamespaceProperty}/{migration.Metadata.Name}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Address {Address} of migration {Migration} belongs to pod UID {Owner}, neither source nor heir: left alone")]
    private static partial void ForeignOwner(ILogger log, IPAddress address, string migration, string owner);
}
