using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Cluster;

/// <summary>The few calls to the API server that a move makes. Every call has a time limit; a failed one throws (HttpOperationException, HttpRequestException, TimeoutException) and may be repeated.</summary>
internal interface IClusterApi
{
    /// <returns>Null when there is none.</returns>
    Task<Migration?> ReadMigrationAsync(string @namespace, string name, CancellationToken cancellation);

    /// <summary>Replaces this agent's own part of the status: "source" or "target". Fails (422) where another Migration has the name.</summary>
    Task WritePartAsync(Migration migration, string part, string? state, object value, CancellationToken cancellation);

    /// <summary>
    /// The compare-and-set of the commit: decision from "" to the wanted one. An answer does not mean that it was this call which decided:
    /// the returned object, as the server holds it, says what was. Null: the server refused (somebody decided before, or the object is gone), read it.
    /// </summary>
    Task<Migration?> DecideAsync(Migration migration, string decision, string? reason, string? message, CancellationToken cancellation);

    Task<V1Pod?> ReadPodAsync(string @namespace, string name, CancellationToken cancellation);

    /// <summary>Deletes if the pod still has this UID. A pod that is gone or was replaced is a success.</summary>
    /// <param name="namespace">Of the pod.</param>
    /// <param name="name">Of the pod.</param>
    /// <param name="uid">Of the pod.</param>
    /// <param name="graceSeconds">0: the object goes at once; else when kubelet says that the pod has ended.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task DeletePodAsync(string @namespace, string name, string uid, int graceSeconds, CancellationToken cancellation);

    Task<V1Node?> ReadNodeAsync(string name, CancellationToken cancellation);

    Task AnnotateNodeAsync(string name, string annotation, string value, CancellationToken cancellation);
}
