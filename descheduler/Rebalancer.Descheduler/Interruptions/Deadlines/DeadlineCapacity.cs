namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>What moves may take at a time.</summary>
/// <param name="MovesPerNode">That leave one node.</param>
/// <param name="ClusterBytesPerSecond">That all moves may send; null: no limit.</param>
/// <param name="Rest">All of a move but its copying.</param>
/// <param name="FreezeBudget">Of each move.</param>
internal sealed record DeadlineCapacity(int MovesPerNode, double? ClusterBytesPerSecond, TimeSpan Rest, TimeSpan FreezeBudget)
{
    /// <summary>
    /// Nodes of one pool that are taken to send at their full speed at once. Interruptions come in groups of the same type and zone, whose machines share racks,
    /// uplinks and the nodes that take their pods in: as many measured links as there are nodes would promise more than arrives.
    /// </summary>
    public const int NodesAtFullSpeed = 4;

    /// <summary>Nodes of one pool that may send at once.</summary>
    public int SendersOf(double nodeBytesPerSecond)
        => ClusterBytesPerSecond is { } all ? (int)Math.Clamp(Math.Floor(all / nodeBytesPerSecond), 1, NodesAtFullSpeed) : NodesAtFullSpeed;

    public double SpeedOf(Leaver leaver) => ClusterBytesPerSecond is { } all ? Math.Min(all, leaver.BytesPerSecond) : leaver.BytesPerSecond;
}
