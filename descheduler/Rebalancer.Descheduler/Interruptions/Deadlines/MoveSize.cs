namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>What a pod's move has to carry.</summary>
/// <param name="Bytes">Memory and files, &gt; 0.</param>
/// <param name="DirtyBytesPerSecond">How fast the pod writes what was sent already; null: it has never been measured.</param>
internal readonly record struct MoveSize(long Bytes, double? DirtyBytesPerSecond);
