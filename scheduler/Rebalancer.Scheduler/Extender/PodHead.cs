namespace Rebalancer.Scheduler.Extender;

/// <summary>Where the pod stands in a request's body, and that much of it by which it is known.</summary>
/// <param name="Migration">Annotation rebalancer.dev/migration.</param>
/// <param name="Claim">Annotation rebalancer.dev/claim.</param>
internal readonly record struct PodHead(int Start, int Length, string Namespace, string Name, string Uid, string ResourceVersion, string? Migration, string? Claim);
