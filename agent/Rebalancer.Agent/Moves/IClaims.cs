using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Which pods on this node may receive a checkpoint.</summary>
internal interface IClaims
{
    /// <summary>
    /// The Migration whose claim is bound to exactly this pod, as just read from the API; null for a pod that carries no claim.
    /// While the pod carries a claim that the controller has not bound yet, this waits.
    /// </summary>
    /// <exception cref="ClaimException">The pod carries a claim that is not its own, has expired, was aborted, or was not bound in time.</exception>
    Task<Migration?> FindAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation);
}

/// <summary>A pod asks for a move that is not (or no longer) its own. <see cref="Reason"/> is one of <see cref="Reasons"/>.</summary>
internal sealed class ClaimException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
