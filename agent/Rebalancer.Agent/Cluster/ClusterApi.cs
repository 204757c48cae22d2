using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Agent.Cluster;

internal sealed class ClusterApi(IKubernetes kubernetes) : IClusterApi
{
    /// <summary>
    /// Longest wait for one answer; a commit whose answer is late is read again. kubelet's own limit for a sandbox is minutes, and the CNI plugin waits 30 seconds for
    /// all of its calls.
    /// </summary>
    public static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    public Task<Migration?> ReadMigrationAsync(string @namespace, string name, CancellationToken cancellation) => OrNullAsync(async limit =>
    {
        using var answer = await kubernetes.CustomObjects.GetNamespacedCustomObjectWithHttpMessagesAsync<Migration>(
            Names.Group, Names.Version, @namespace, Migration.MigrationPlural, name, cancellationToken: limit);
        return answer.Body;
    }, cancellation);

    public Task WritePartAsync(Migration migration, string part, string? state, object value, CancellationToken cancellation)
    {
        var patch = new JsonPatch().Test("/metadata/uid", migration.Metadata.Uid).Test(state is null ? $"/status/{part}" : $"/status/{part}/state", state).Set("/status/" + part, value);
        return LimitAsync(limit => PatchStatusAsync(migration, new V1Patch(patch.ToJson(), V1Patch.PatchType.JsonPatch), limit), cancellation);
    }

    public async Task<Migration?> DecideAsync(Migration migration, string decision, string? reason, string? message, CancellationToken cancellation)
    {
        var patch = new V1Patch(DecisionPatch.Of(migration.Metadata.Uid, decision, reason, message), V1Patch.PatchType.JsonPatch);
        try
        {
            return await LimitAsync(limit => PatchStatusAsync(migration, patch, limit), cancellation);
        }
        catch (HttpOperationException e) when ((int)e.Response.StatusCode is >= 400 and < 500 and not 429 and not 401 and not 403)
        {
            return null;
        }
    }

    public Task<V1Pod?> ReadPodAsync(string @namespace, string name, CancellationToken cancellation) =>
        OrNullAsync(limit => kubernetes.CoreV1.ReadNamespacedPodAsync(name, @namespace, cancellationToken: limit), cancellation);

    public async Task DeletePodAsync(string @namespace, string name, string uid, int graceSeconds, CancellationToken cancellation)
    {
        var options = new V1DeleteOptions { GracePeriodSeconds = graceSeconds, Preconditions = new V1Preconditions { Uid = uid } };
        try
        {
            await LimitAsync(limit => kubernetes.CoreV1.DeleteNamespacedPodAsync(name, @namespace, options, cancellationToken: limit), cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone, or another pod has the name: what was to be deleted is deleted.
        }
    }

    public Task<V1Node?> ReadNodeAsync(string name, CancellationToken cancellation) =>
        OrNullAsync(limit => kubernetes.CoreV1.ReadNodeAsync(name, cancellationToken: limit), cancellation);

    public Task AnnotateNodeAsync(string name, string annotation, string value, CancellationToken cancellation) => LimitAsync(limit =>
    {
        var document = new { metadata = new { annotations = new Dictionary<string, string> { [annotation] = value } } };
        return kubernetes.CoreV1.PatchNodeAsync(new V1Patch(KubernetesJson.Serialize(document), V1Patch.PatchType.MergePatch), name, cancellationToken: limit);
    }, cancellation);

    private async Task<Migration> PatchStatusAsync(Migration migration, V1Patch patch, CancellationToken limit)
    {
        using var answer = await kubernetes.CustomObjects.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<Migration>(
            patch, Names.Group, Names.Version, migration.Metadata.NamespaceProperty, Migration.MigrationPlural, migration.Metadata.Name, cancellationToken: limit);
        return answer.Body;
    }

    private static async Task<T?> OrNullAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation) where T : class
    {
        try
        {
            return await LimitAsync(call, cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <exception cref="TimeoutException">No answer within <see cref="CallLimit"/>.</exception>
    public static async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CallLimit);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the API server did not answer within {CallLimit.TotalSeconds} s");
        }
    }
}
