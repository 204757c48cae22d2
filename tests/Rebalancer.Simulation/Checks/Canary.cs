using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Simulation.Checks;

/// <summary>A bug that is put in on purpose, to see whether it is found. It lies in the wiring here; the product knows nothing of it.</summary>
internal enum Canary
{
    None,

    /// <summary>An agent whose commit is not answered takes its own wish for the outcome, instead of reading it.</summary>
    AssumesCommit,

    /// <summary>An agent deletes the source's pod before it asks for the commit.</summary>
    DeletesBeforeCommit,
}

/// <summary>The API as an agent with such a bug uses it.</summary>
internal sealed class CanaryApi(IClusterApi inner, Canary canary) : IClusterApi
{
    public static IClusterApi Of(IClusterApi api, Canary canary) => canary == Canary.None ? api : new CanaryApi(api, canary);

    public async Task<Migration?> DecideAsync(Migration migration, string decision, string? reason, string? message, CancellationToken cancellation)
    {
        if (canary == Canary.DeletesBeforeCommit && decision == Decision.Committed)
        {
            await inner.DeletePodAsync(migration.Metadata.NamespaceProperty, migration.Spec.PodName, migration.Status.PodUID!, graceSeconds: 0, cancellation);
        }

        try
        {
            return await inner.DecideAsync(migration, decision, reason, message, cancellation);
        }
        catch (TimeoutException) when (canary == Canary.AssumesCommit)
        {
            var assumed = k8s.KubernetesJson.Deserialize<Migration>(k8s.KubernetesJson.Serialize(migration));
            assumed.Status.Decision = decision;
            return assumed;
        }
    }

    public Task<Migration?> ReadMigrationAsync(string @namespace, string name, CancellationToken cancellation) => inner.ReadMigrationAsync(@namespace, name, cancellation);

    public Task WritePartAsync(Migration migration, string part, string? state, object value, CancellationToken cancellation) => inner.WritePartAsync(migration, part, state, value, cancellation);

    public Task<V1Pod?> ReadPodAsync(string @namespace, string name, CancellationToken cancellation) => inner.ReadPodAsync(@namespace, name, cancellation);

    public Task DeletePodAsync(string @namespace, string name, string uid, int graceSeconds, CancellationToken cancellation) => inner.DeletePodAsync(@namespace, name, uid, graceSeconds, cancellation);

    public Task<V1Node?> ReadNodeAsync(string name, CancellationToken cancellation) => inner.ReadNodeAsync(name, cancellation);

    public Task AnnotateNodeAsync(string name, string annotation, string value, CancellationToken cancellation) => inner.AnnotateNodeAsync(name, annotation, value, cancellation);
}
