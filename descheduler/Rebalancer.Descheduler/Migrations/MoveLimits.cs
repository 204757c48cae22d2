using System.ComponentModel.DataAnnotations;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Time limits and maximums of moves. Durations in seconds.</summary>
public sealed record MoveLimits
{
    /// <summary>Freeze budget of a Migration that names none. Default 10 s.</summary>
    [Range(1, 60)] public double DefaultFreezeBudgetSeconds { get; init; } = 10;

    /// <summary>Longest freeze budget that is accepted: kubelet gives a container's create and start 2 minutes, the wrapper gives up at 90 s. Default 60 s.</summary>
    [Range(1, 60)] public double MaxFreezeBudgetSeconds { get; init; } = 60;

    /// <summary>Longest wait of an interrupted pod for a node, a healthy budget or the end of a roll-out. Default 300 s.</summary>
    [Range(1, 3600)] public double PendingSeconds { get; init; } = 300;

    /// <summary>The same of a pod that somebody evicts: after that it is evicted. Default 90 s.</summary>
    [Range(1, 3600)] public double EvictionPendingSeconds { get; init; } = 90;

    /// <summary>Both agents answer within this. Default 20 s.</summary>
    [Range(1, 300)] public double PreflightSeconds { get; init; } = 20;

    /// <summary>Longest time in which the memory of a running pod is sent ahead. Default 1800 s.</summary>
    [Range(1, 86400)] public double PreCopySeconds { get; init; } = 1800;

    /// <summary>Longest time for which a move is held, waiting for a notice, copying included. Default 3600 s.</summary>
    [Range(1, 86400)] public double HoldSeconds { get; init; } = 3600;

    /// <summary>Held moves in the cluster. Default 10.</summary>
    [Range(1, 1000)] public int MaxHeldMoves { get; init; } = 10;

    /// <summary>Held moves that would leave or reach one node; they count among no other moves. Default 2.</summary>
    [Range(1, 100)] public int MaxHeldMovesPerNode { get; init; } = 2;

    /// <summary>Mbit/s that all held moves of the cluster together may send, of ClusterBandwidthMbit at most a quarter. Default 200.</summary>
    [Range(1, 10_000_000)] public long HoldBandwidthMbit { get; init; } = 200;

    /// <summary>Longest wait for a free slot before anything is touched. Default 300 s.</summary>
    [Range(1, 3600)] public double SlotWaitSeconds { get; init; } = 300;

    /// <summary>From taking the pod from its owner to a prepared target: below the wrapper's 90 s, after which the held sandbox fails. Default 60 s.</summary>
    [Range(1, 85)] public double PreparingSeconds { get; init; } = 60;

    /// <summary>Beyond the freeze budget, for the dump's overhead and a slow API server. Default 30 s.</summary>
    [Range(1, 300)] public double FreezeGraceSeconds { get; init; } = 30;

    /// <summary>Longest wait of a prepared move for another that has its pod frozen on one of the same nodes. Default 15 s.</summary>
    [Range(0, 60)] public double FreezeTurnSeconds { get; init; } = 15;

    /// <summary>After a commit: the target runs, or has started cold, within this. Default 300 s.</summary>
    [Range(1, 3600)] public double CommittedSeconds { get; init; } = 300;

    /// <summary>
    /// The same where the pod's volumes have to be attached to the target first. So long a client waits for its connection (Linux gives up after 15 minutes), and
    /// Kubernetes takes a volume by force from a node that is gone, after 6. Default 900 s.
    /// </summary>
    [Range(1, 3600)] public double ReattachSeconds { get; init; } = 900;

    /// <summary>After a commit: the source agent removes its pod within this; then the controller does. Default 30 s.</summary>
    [Range(1, 300)] public double SourceReleaseSeconds { get; init; } = 30;

    /// <summary>After a commit: for so long a pod that its owner made again without the claim is removed, so that the owner makes another. Default 30 s.</summary>
    [Range(1, 300)] public double ComeBackSeconds { get; init; } = 30;

    /// <summary>After an abort: the source says that it is thawed, and is Ready, within this. Default 30 s; its guard thaws within one.</summary>
    [Range(1, 300)] public double ThawSeconds { get; init; } = 30;

    /// <summary>After an abort: the owner has removed the replacement within this; then the controller does. Default 45 s.</summary>
    [Range(1, 300)] public double ReplacementRemovalSeconds { get; init; } = 45;

    /// <summary>After this an abort is closed, whatever is still missing. Default 120 s.</summary>
    [Range(1, 3600)] public double AbortingSeconds { get; init; } = 120;

    /// <summary>Moves that leave or reach one node at a time. Default 2.</summary>
    [Range(1, 100)] public int MaxMovesPerNode { get; init; } = 2;

    /// <summary>Mbit/s that all moves of the cluster together may send while their pods run; 0: no limit. What is sent in a freeze is not limited.</summary>
    [Range(0, 10_000_000)] public long ClusterBandwidthMbit { get; init; }

    /// <summary>Migrations that nobody asked for by name are deleted so long after their end; those that a person made stay. 0: all stay. Default 168 h.</summary>
    [Range(0, 8760)] public double KeepFinishedHours { get; init; } = 168;

    /// <summary>Moves of one owner's pods at a time. Default 1.</summary>
    [Range(1, 100)] public int MaxMovesPerOwner { get; init; } = 1;
}
