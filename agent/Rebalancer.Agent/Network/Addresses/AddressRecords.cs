using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary><see cref="IAddressRecords"/> on the API server.</summary>
internal sealed class AddressRecords(IKubernetes kubernetes, AgentOptions options) : IAddressRecords
{
    private const int PageSize = 500;

    public async Task<PodAddress?> ReadAsync(string name, CancellationToken cancellation)
    {
        PodAddress? record = null;
        var found = await RecordCall.TryAsync([HttpStatusCode.NotFound], async limit =>
        {
            using var answer = await kubernetes.CustomObjects.GetClusterCustomObjectWithHttpMessagesAsync<PodAddress>(
                Names.Group, Names.Version, PodAddress.PodAddressPlural, name, cancellationToken: limit);
            record = answer.Body;
        }, cancellation);
        return found ? record : null;
    }

    public Task<bool> TryCreateAsync(PodAddress record, CancellationToken cancellation) => RecordCall.TryAsync([HttpStatusCode.Conflict], async limit =>
    {
        using var answer = await kubernetes.CustomObjects.CreateClusterCustomObjectWithHttpMessagesAsync<PodAddress>(
            record, Names.Group, Names.Version, PodAddress.PodAddressPlural, cancellationToken: limit);
    }, cancellation);

    public Task<bool> TryReplaceAsync(PodAddress record, CancellationToken cancellation) =>
        RecordCall.TryAsync([HttpStatusCode.Conflict, HttpStatusCode.NotFound], async limit =>
        {
            using var answer = await kubernetes.CustomObjects.ReplaceClusterCustomObjectWithHttpMessagesAsync<PodAddress>(
                record, Names.Group, Names.Version, PodAddress.PodAddressPlural, record.Metadata.Name, cancellationToken: limit);
        }, cancellation);

    public Task<bool> TryDeleteAsync(PodAddress record, CancellationToken cancellation) =>
        RecordCall.TryAsync([HttpStatusCode.Conflict, HttpStatusCode.NotFound], async limit =>
        {
            var only = new V1DeleteOptions
            {
                Preconditions = new V1Preconditions { Uid = record.Metadata.Uid, ResourceVersion = record.Metadata.ResourceVersion },
            };
            using var answer = await kubernetes.CustomObjects.DeleteClusterCustomObjectWithHttpMessagesAsync(
                Names.Group, Names.Version, PodAddress.PodAddressPlural, record.Metadata.Name, only, cancellationToken: limit);
        }, cancellation);

    public Task<IReadOnlyList<PodAddress>> ListAsync(CancellationToken cancellation) => ListAsync<PodAddress, PodAddressList>(PodAddress.PodAddressPlural, null, cancellation);

    public Task<IReadOnlyList<PodAddress>> ListOwnedByAsync(string podUid, CancellationToken cancellation) =>
        ListAsync<PodAddress, PodAddressList>(PodAddress.PodAddressPlural, $"{AddressRecord.PodUidLabel}={podUid}", cancellation);

    public Task<IReadOnlyList<Migration>> ListLeavingAsync(CancellationToken cancellation) =>
        ListAsync<Migration, MigrationList>(Migration.MigrationPlural, $"{Names.SourceNodeLabel}={options.Node}", cancellation);

    public async Task<IReadOnlyList<V1Pod>> ListPodsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<V1Pod> pods = [];
        await RecordCall.TryAsync([], async limit =>
        {
            var all = await kubernetes.ListPodsOfAsync(options.Node, limit);
            pods = [.. all.Where(pod => pod.Spec.HostNetwork != true && pod.Status?.Phase is not ("Succeeded" or "Failed") && pod.Status?.PodIP is { Length: > 0 })];
        }, cancellation);
        return pods;
    }

    public async Task<bool> PodExistsAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation)
    {
        V1Pod? pod = null;
        await RecordCall.TryAsync([HttpStatusCode.NotFound], async limit => pod = await kubernetes.CoreV1.ReadNamespacedPodAsync(podName, podNamespace, cancellationToken: limit), cancellation);
        return pod?.Metadata.Uid == podUid;
    }

    private async Task<IReadOnlyList<TItem>> ListAsync<TItem, TList>(string plural, string? selector, CancellationToken cancellation)
        where TItem : IKubernetesObject<V1ObjectMeta>
        where TList : IKubernetesObject<V1ListMeta>, IItems<TItem>
    {
        var items = new List<TItem>();
        string? next = null;
        do
        {
            await RecordCall.TryAsync([], async limit =>
            {
                using var answer = await kubernetes.CustomObjects.ListClusterCustomObjectWithHttpMessagesAsync<TList>(
                    Names.Group, Names.Version, plural, continueParameter: next, labelSelector: selector, limit: PageSize, cancellationToken: limit);
                items.AddRange(answer.Body.Items);
                next = answer.Body.Metadata.ContinueProperty;
            }, cancellation);
        }
        while (!string.IsNullOrEmpty(next));
        return items;
    }
}
