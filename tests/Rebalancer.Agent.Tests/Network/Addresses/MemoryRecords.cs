using k8s.Models;
using System.Globalization;
using k8s;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Addresses;

/// <summary>The API server's compare-and-set in memory, which asserts after every write that an address has one owner.</summary>
internal sealed class MemoryRecords : IAddressRecords
{
    private readonly Dictionary<string, PodAddress> _records = new(StringComparer.Ordinal);
    private int _version;

    public List<Migration> Leaving { get; } = [];

    public HashSet<string> LivingPods { get; } = [];

    public int Creations { get; private set; }

    public IEnumerable<PodAddress> All => _records.Values;

    public string OwnerOf(string address) => _records[address.Replace('.', '-')].Spec.PodUID;

    public Task<PodAddress?> ReadAsync(string name, CancellationToken cancellation) => Task.FromResult(_records.TryGetValue(name, out var record) ? Copy(record) : null);

    public Task<bool> TryCreateAsync(PodAddress record, CancellationToken cancellation)
    {
        Creations++;
        return Task.FromResult(!_records.ContainsKey(record.Metadata.Name) && Store(record));
    }

    public Task<bool> TryReplaceAsync(PodAddress record, CancellationToken cancellation) => Task.FromResult(IsCurrent(record) && Store(record));

    public Task<bool> TryDeleteAsync(PodAddress record, CancellationToken cancellation) =>
        Task.FromResult(IsCurrent(record) && _records.Remove(record.Metadata.Name));

    public Task<IReadOnlyList<PodAddress>> ListAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<PodAddress>>([.. _records.Values.Select(Copy)]);

    public Task<IReadOnlyList<PodAddress>> ListOwnedByAsync(string podUid, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<PodAddress>>([.. _records.Values.Where(r => r.Metadata.Labels[AddressRecord.PodUidLabel] == podUid).Select(Copy)]);

    public Task<IReadOnlyList<Migration>> ListLeavingAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Migration>>([.. Leaving]);

    /// <summary>Pods that were there before.</summary>
    public List<V1Pod> EarlierPods { get; } = [];

    public Task<IReadOnlyList<V1Pod>> ListPodsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<V1Pod>>(EarlierPods);

    public Task<bool> PodExistsAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation) => Task.FromResult(LivingPods.Contains(podUid));

    private bool IsCurrent(PodAddress record) =>
        _records.TryGetValue(record.Metadata.Name, out var known) && known.Metadata.ResourceVersion == record.Metadata.ResourceVersion;

    private bool Store(PodAddress record)
    {
        record = Copy(record);
        record.Metadata.ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture);
        _records[record.Metadata.Name] = record;
        Assert.Equal(record.Metadata.Name, AddressRecord.NameOf(System.Net.IPAddress.Parse(record.Spec.Address)));
        Assert.Equal(record.Spec.PodUID, record.Metadata.Labels[AddressRecord.PodUidLabel]);
        return true;
    }

    private static PodAddress Copy(PodAddress record) => KubernetesJson.Deserialize<PodAddress>(KubernetesJson.Serialize(record));
}
