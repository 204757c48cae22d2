using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Reading;

/// <summary>A Migration as an entry.</summary>
public static class MoveReading
{
    /// <param name="value">What its pod is worth now; the ledger keeps the first that it is told.</param>
    public static MoveEntry Of(Migration migration, MoveValue? value)
    {
        var (meta, spec, status) = (migration.Metadata, migration.Spec, migration.Status);
        return new MoveEntry
        {
            Uid = meta.Uid,
            Namespace = meta.NamespaceProperty ?? "",
            Name = meta.Name,
            Version = Versions.Of(meta.ResourceVersion),
            Plan = migration.PlanName ?? "",
            Pod = spec.PodName,
            PodUid = status.PodUID ?? spec.PodUID ?? "",
            SourceNode = status.SourceNode ?? "",
            TargetNode = status.TargetNode ?? spec.TargetNode ?? "",
            Reason = spec.Reason,
            Strategy = status.Strategy ?? "",
            Phase = status.Phase ?? "",
            PhaseReason = status.Reason ?? "",
            CreatedAt = Exact.Instant(meta.CreationTimestamp),
            StartedAt = Exact.Instant(status.StartedAt),
            CompletedAt = Exact.Instant(status.CompletedAt),
            // What a client could notice, where the copy ran; else for how long the source stood still.
            FreezeMs = Math.Max(0, status.Target?.FreezeMs ?? status.Source?.FreezeMs ?? 0),
            Bytes = Math.Max(0, status.Source?.Bytes ?? 0),
            Value = value,
        };
    }
}
