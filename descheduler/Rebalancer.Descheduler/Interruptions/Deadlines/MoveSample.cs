using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>What one move that has ended showed.</summary>
/// <param name="Workload">Of its pod: the owner's UID, or namespace and name of a pod without one.</param>
/// <param name="CopySeconds">For which memory and files were sent while the pod ran.</param>
/// <param name="RestSeconds">All other time, from its beginning to its end.</param>
internal sealed record MoveSample(string Workload, string Node, DateTimeOffset At, MoveSize Size, double CopySeconds, double RestSeconds)
{
    /// <summary>Steps of the source agent's timeline between which it copies.</summary>
    private const string CopyBegins = "PreCopy";
    private const string CopyEnds = "Follow";

    /// <summary>Shorter copies show how long a connection takes, not how fast it is.</summary>
    private const long MinBytes = 16L << 20;
    private const double MinSeconds = 0.05;

    /// <summary>A lower bound, as what was sent twice is left out; null: too little was sent to tell.</summary>
    public double? BytesPerSecond => Size.Bytes >= MinBytes && CopySeconds >= MinSeconds ? Size.Bytes / CopySeconds : null;

    /// <summary>Null: it did not get that far, or does not say so.</summary>
    public static MoveSample? Of(Migration migration)
    {
        // Its copy was slow on purpose, and lasted as long as it was held.
        if (migration.Spec.Cutover == Cutovers.OnNotice || migration.Status is not { Phase: Phases.Succeeded, SourceNode: { Length: > 0 } node, CompletedAt: { } ended, StartedAt: { } started, Source: { MemoryBytes: > 0 and var memory } source }
            || AtMs(source, CopyBegins) is not { } from || AtMs(source, CopyEnds) is not { } to || !(to > from))
        {
            return null;
        }

        var (bytes, seconds) = (memory + Math.Max(0, source.FilesBytes ?? 0), (to - from) / 1000);
        var dirty = source.Bytes is { } sent ? Math.Max(0, sent - bytes) / seconds : (double?)null;
        var rest = Math.Max(0, (ended - started).TotalSeconds - seconds);
        return new MoveSample(WorkloadOf(migration), node, ended, new MoveSize(bytes, dirty), seconds, rest);
    }

    private static string WorkloadOf(Migration migration)
        => migration.Status.Owner?.Uid is { Length: > 0 } owner ? owner : $"{migration.Metadata.NamespaceProperty}/{migration.Spec.PodName}";

    private static double? AtMs(SourceStatus source, string step) => source.Timeline?.FirstOrDefault(entry => entry.Step == step)?.AtMs;
}
