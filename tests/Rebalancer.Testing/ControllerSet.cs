namespace Rebalancer.Testing;

/// <summary>Controllers that run beside the API server. Garbage collection and namespace deletion always run.</summary>
[Flags]
public enum ControllerSet
{
    None = 0,
    ReplicaSet = 1,
    Deployment = 2,
    Scheduler = 4,
    Disruption = 8,
    EndpointSlice = 16,
    StatefulSet = 32,
    Job = 64,
    All = ReplicaSet | Deployment | Scheduler | Disruption | EndpointSlice | StatefulSet | Job,
}
