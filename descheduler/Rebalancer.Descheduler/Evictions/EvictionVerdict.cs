using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>The answer to somebody who evicts a pod.</summary>
internal abstract record EvictionVerdict
{
    private EvictionVerdict()
    {
    }

    /// <summary>The pod is evicted as if we were not there.</summary>
    /// <param name="Warning">Shown to whoever evicts; null: there is nothing to say.</param>
    public sealed record Pass(string? Warning = null) : EvictionVerdict;

    /// <summary>429: asked again later, as for a disruption budget.</summary>
    public sealed record Wait(string Message) : EvictionVerdict;

    /// <summary>A move that is held is let go; then <see cref="Wait"/>.</summary>
    public sealed record LetGo(Migration Migration, string Message) : EvictionVerdict;

    /// <summary>404: the pod that was meant has left; the one of its name lives on elsewhere.</summary>
    public sealed record Gone : EvictionVerdict;

    /// <summary>A Migration is to be made; then <see cref="Wait"/>.</summary>
    public sealed record Move(DateTimeOffset? Deadline) : EvictionVerdict;
}
