using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>The PodAddress objects of the cluster, and what else of the API decides about them. Every write is a compare-and-set. Failures of the API throw.</summary>
internal interface IAddressRecords
{
    Task<PodAddress?> ReadAsync(string name, CancellationToken cancellation);

    /// <returns>False: there is one of this name already.</returns>
    Task<bool> TryCreateAsync(PodAddress record, CancellationToken cancellation);

    /// <returns>False: it was changed or deleted since it was read.</returns>
    Task<bool> TryReplaceAsync(PodAddress record, CancellationToken cancellation);

    /// <returns>False: it was changed or deleted since it was read.</returns>
    Task<bool> TryDeleteAsync(PodAddress record, CancellationToken cancellation);

    Task<IReadOnlyList<PodAddress>> ListAsync(CancellationToken cancellation);

    Task<IReadOnlyList<PodAddress>> ListOwnedByAsync(string podUid, CancellationToken cancellation);

    /// <summary>Migrations whose source is on this node.</summary>
    Task<IReadOnlyList<Migration>> ListLeavingAsync(CancellationToken cancellation);

    /// <summary>Pods of this node that have an address of their own.</summary>
    Task<IReadOnlyList<V1Pod>> ListPodsAsync(CancellationToken cancellation);

    Task<bool> PodExistsAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation);
}
