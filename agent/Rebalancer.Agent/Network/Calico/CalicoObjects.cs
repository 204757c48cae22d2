using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Network.Calico;

/// <summary><see cref="ICalicoObjects"/> with the Kubernetes datastore.</summary>
internal sealed class CalicoObjects(IKubernetes kubernetes) : ICalicoObjects
{
    /// <summary>Clusters have a few pools.</summary>
    private const int MaximumPools = 500;

    public async Task<JsonObject?> ReadAsync(string plural, string name, CancellationToken cancellation)
    {
        JsonObject? read = null;
        return await RecordCall.TryAsync([HttpStatusCode.NotFound], async limit =>
        {
            using var answer = await kubernetes.CustomObjects.GetClusterCustomObjectWithHttpMessagesAsync<JsonObject>(
                CalicoResource.Group, CalicoResource.Version, plural, name, cancellationToken: limit);
            read = answer.Body;
        }, cancellation) ? read : null;
    }

    public async Task<IReadOnlyList<JsonObject>> ListPoolsAsync(CancellationToken cancellation)
    {
        JsonObject? list = null;
        _ = await RecordCall.TryAsync([HttpStatusCode.NotFound], async limit =>
        {
            using var answer = await kubernetes.CustomObjects.ListClusterCustomObjectWithHttpMessagesAsync<JsonObject>(
                CalicoResource.Group, CalicoResource.Version, CalicoResource.Pools, limit: MaximumPools, cancellationToken: limit);
            list = answer.Body;
        }, cancellation);
        return [.. (list?["items"] as JsonArray ?? []).OfType<JsonObject>()];
    }

    public Task<bool> TryAsync(CalicoWrite write, CancellationToken cancellation)
    {
        var (metadata, plural) = (write.Object["metadata"]!, write.Plural);
        var name = CalicoValue.Text(metadata["name"]);
        return write.Action switch
        {
            CalicoAction.Create => RecordCall.TryAsync([HttpStatusCode.Conflict], async limit =>
            {
                using var answer = await kubernetes.CustomObjects.CreateClusterCustomObjectWithHttpMessagesAsync<JsonObject>(
                    write.Object, CalicoResource.Group, CalicoResource.Version, plural, cancellationToken: limit);
            }, cancellation),
            CalicoAction.Replace => RecordCall.TryAsync([HttpStatusCode.Conflict, HttpStatusCode.NotFound], async limit =>
            {
                using var answer = await kubernetes.CustomObjects.ReplaceClusterCustomObjectWithHttpMessagesAsync<JsonObject>(
                    write.Object, CalicoResource.Group, CalicoResource.Version, plural, name, cancellationToken: limit);
            }, cancellation),
            _ => RecordCall.TryAsync([HttpStatusCode.Conflict, HttpStatusCode.NotFound], async limit =>
            {
                var only = new V1DeleteOptions
                {
                    Preconditions = new V1Preconditions { Uid = CalicoValue.Text(metadata["uid"]), ResourceVersion = CalicoValue.Text(metadata["resourceVersion"]) },
                };
                using var answer = await kubernetes.CustomObjects.DeleteClusterCustomObjectWithHttpMessagesAsync(
                    CalicoResource.Group, CalicoResource.Version, plural, name, only, cancellationToken: limit);
            }, cancellation),
        };
    }
}
