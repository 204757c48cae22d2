using k8s.Models;

namespace Rebalancer.Agent.Notices;

/// <summary>This agent's own Node object. Failures of the API throw.</summary>
internal interface INodeObject
{
    Task<V1Node> ReadAsync(CancellationToken cancellation);

    /// <returns>False: it was changed since it was read.</returns>
    Task<bool> TryReplaceAsync(V1Node node, CancellationToken cancellation);
}
