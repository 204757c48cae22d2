namespace Rebalancer.Scheduler.Extender;

/// <summary>Where a node's name stands in a request's body, and the node itself if whole nodes were sent.</summary>
/// <param name="ItemLength">0 where only names were sent.</param>
internal readonly record struct NodeSlice(int NameStart, int NameLength, int ItemStart = 0, int ItemLength = 0);
