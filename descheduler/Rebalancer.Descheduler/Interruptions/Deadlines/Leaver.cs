namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>A pod that is to leave its node live.</summary>
/// <param name="Uid">Of the pod.</param>
/// <param name="Name">Namespace and name, for a stable order.</param>
/// <param name="Pool">Type, zone and way of paying of its node: machines that are interrupted together.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="BytesPerSecond">That its node sends, &gt; 0.</param>
/// <param name="CommitBy">When it would be too late; null: there is no such instant.</param>
/// <param name="EvictAt">From when it is evicted where no move fits: its whole grace period before its node's end; null with <paramref name="CommitBy"/>.</param>
/// <param name="MovesSince">Its move is under way; null: it is still to be made.</param>
internal sealed record Leaver(
    string Uid, string Name, string Node, string Pool, int Priority, MoveSize Size, double BytesPerSecond, DateTimeOffset? CommitBy, DateTimeOffset? EvictAt, DateTimeOffset? MovesSince = null);
