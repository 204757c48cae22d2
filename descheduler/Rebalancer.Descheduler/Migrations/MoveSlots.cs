using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Whether a move may begin to touch its pod, or must wait for others.</summary>
internal static class MoveSlots
{
    /// <summary>A move holds its slots from the copying of its memory to its end; one that is held, which may be for hours, holds none.</summary>
    public static bool Holds(Migration other) => !other.IsHeld && (other.Status.Claim is not null || other.Status.Phase is Phases.PreCopying or Phases.Preparing) && !Phases.IsFinal(other.Status.Phase);

    /// <summary>
    /// Moves that are frozen at the same time share the nodes' cores and links, and each is frozen for as long as both: one after another is better for every
    /// client and ends no later. One that hangs keeps the others waiting only for a while.
    /// </summary>
    public static Refusal? WaitToFreeze(Observation o)
    {
        string?[] nodes = [o.Status.SourceNode, o.Status.TargetNode];
        var frozen = o.Cluster.OtherMigrations.FirstOrDefault(m => IsFrozen(m)
            && o.Now - m.Status.PhaseStartedAt < TimeSpan.FromSeconds(o.Limits.FreezeTurnSeconds)
            && (nodes.Contains(m.Status.SourceNode) || nodes.Contains(m.Status.TargetNode)));
        return frozen is null ? null : new Refusal("NodeFreezing", $"Migration {frozen.Metadata.Name} between {frozen.Status.SourceNode} and {frozen.Status.TargetNode} has its pod frozen");
    }

    private static bool IsFrozen(Migration move) => move.Status.Phase is Phases.Freezing or Phases.Restoring
        || (move.Status.Phase == Phases.Committed && move.Status.Target?.State is not (TargetState.Running or TargetState.ColdStarted));

    /// <summary>What must be free before the memory is copied.</summary>
    public static Refusal? Wait(Observation o) => o.Migration.IsHeld ? WaitToHold(o) : WaitForNodes(o) ?? WaitForOwner(o);

    private static Refusal? WaitToHold(Observation o)
    {
        var held = o.Cluster.OtherMigrations.Where(m => m is { IsHeld: true, Status.Phase: Phases.PreCopying }).ToList();
        if (held.Count >= o.Limits.MaxHeldMoves)
        {
            return new Refusal("ClusterHolds", $"{held.Count} moves are held, at most {o.Limits.MaxHeldMoves} at a time");
        }

        string?[] nodes = [o.Status.SourceNode, o.Status.TargetNode];
        var full = nodes.FirstOrDefault(node => held.Count(m => m.Status.SourceNode == node || m.Status.TargetNode == node) >= o.Limits.MaxHeldMovesPerNode);
        return full is null ? null : new Refusal("NodeHolds", $"node {full} takes part in {o.Limits.MaxHeldMovesPerNode} held moves or more, at most {o.Limits.MaxHeldMovesPerNode} at a time");
    }

    private static Refusal? WaitForNodes(Observation o)
    {
        var holders = o.Cluster.OtherMigrations.Where(Holds).ToList();
        foreach (var node in new[] { o.Status.SourceNode, o.Status.TargetNode })
        {
            var count = holders.Count(m => m.Status.SourceNode == node || m.Status.TargetNode == node);
            if (count >= o.Limits.MaxMovesPerNode)
            {
                return new Refusal("NodeBusy", $"node {node} takes part in {count} moves, at most {o.Limits.MaxMovesPerNode} at a time");
            }
        }

        return null;
    }

    /// <summary>What must be free before anything is taken from the owner. Moves that only copy do not count, or two could wait for each other.</summary>
    public static Refusal? WaitForOwner(Observation o)
    {
        var holders = o.Cluster.OtherMigrations.Where(m => m.Status.Claim is not null && Holds(m)).ToList();
        if (o.Owner?.Uid is { } owner)
        {
            var count = holders.Count(m => m.Status.Owner?.Uid == owner);
            if (count >= o.Limits.MaxMovesPerOwner)
            {
                return new Refusal("OwnerBusy", $"{o.Owner.FullName} has {count} pods on the move, at most {o.Limits.MaxMovesPerOwner} at a time");
            }
        }

        return BudgetCheck.Wait(o, holders);
    }
}
