using System.Collections.Immutable;
using System.Text.Json;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>API objects by kind, on their way to a snapshot.</summary>
public sealed class SnapshotObjects
{
    private readonly List<V1Node> nodes = [];
    private readonly List<V1Pod> pods = [];
    private readonly List<V1Namespace> namespaces = [];
    private readonly List<V1CSINode> csiNodes = [];
    private readonly List<BudgetInfo> budgets = [];
    private readonly List<ClaimInfo> claims = [];
    private readonly List<PersistentVolumeInfo> volumes = [];
    private readonly List<StorageClassInfo> classes = [];
    private readonly List<PriorityClassInfo> priorities = [];
    private readonly List<WorkloadInfo> workloads = [];
    private readonly Dictionary<string, Action<JsonElement>> kinds;

    public SnapshotObjects() => kinds = new Dictionary<string, Action<JsonElement>>(StringComparer.Ordinal)
    {
        ["Node"] = e => nodes.Add(Read<V1Node>(e)),
        ["Pod"] = e => pods.Add(Read<V1Pod>(e)),
        ["Namespace"] = e => namespaces.Add(Read<V1Namespace>(e)),
        ["CSINode"] = e => csiNodes.Add(Read<V1CSINode>(e)),
        ["PodDisruptionBudget"] = e => budgets.Add(BudgetMapping.ToModel(Read<V1PodDisruptionBudget>(e))),
        ["PersistentVolumeClaim"] = e => claims.Add(StorageMapping.ToModel(Read<V1PersistentVolumeClaim>(e))),
        ["PersistentVolume"] = e => volumes.Add(StorageMapping.ToModel(Read<V1PersistentVolume>(e))),
        ["StorageClass"] = e => classes.Add(StorageMapping.ToModel(Read<V1StorageClass>(e))),
        ["PriorityClass"] = e => priorities.Add(WorkloadMapping.ToModel(Read<V1PriorityClass>(e))),
        ["ReplicaSet"] = e => Read<V1ReplicaSet>(e).Into(workloads, o => (o.Metadata, o.Spec?.Replicas), "ReplicaSet"),
        ["Deployment"] = e => Read<V1Deployment>(e).Into(workloads, o => (o.Metadata, o.Spec?.Replicas), "Deployment"),
        ["StatefulSet"] = e => Read<V1StatefulSet>(e).Into(workloads, o => (o.Metadata, o.Spec?.Replicas), "StatefulSet"),
        ["ReplicationController"] = e => Read<V1ReplicationController>(e).Into(workloads, o => (o.Metadata, o.Spec?.Replicas), "ReplicationController"),
        ["DaemonSet"] = e => Read<V1DaemonSet>(e).Into(workloads, o => (o.Metadata, null), "DaemonSet"),
        ["Job"] = e => Read<V1Job>(e).Into(workloads, o => (o.Metadata, o.Spec?.Parallelism), "Job"),
    };

    /// <summary>Objects taken so far.</summary>
    public int Count { get; private set; }

    public bool Wants(string kind) => kinds.ContainsKey(kind);

    /// <exception cref="JsonException">The object is not of the kind's shape.</exception>
    public void Add(string kind, JsonElement element)
    {
        kinds[kind](element);
        Count++;
    }

    public void Add(IEnumerable<V1Node> known) => nodes.AddRange(known);

    public void Add(IEnumerable<V1Pod> known) => pods.AddRange(known);

    public void Add(IEnumerable<V1PodDisruptionBudget> known) => budgets.AddRange(known.Select(BudgetMapping.ToModel));

    public void Add(IEnumerable<V1PersistentVolumeClaim> known) => claims.AddRange(known.Select(StorageMapping.ToModel));

    public void Add(IEnumerable<V1PersistentVolume> known) => volumes.AddRange(known.Select(StorageMapping.ToModel));

    public void Add(IEnumerable<V1CSINode> known) => csiNodes.AddRange(known);

    /// <param name="problems">Takes what makes no sense; the rest is in the snapshot all the same.</param>
    public ClusterSnapshot ToSnapshot(ICollection<InvalidField> problems)
    {
        var limits = csiNodes.DistinctBy(n => n.Metadata.Name).ToDictionary(n => n.Metadata.Name, StorageMapping.AttachLimits);
        var labels = NamespaceLabels.Of(namespaces);
        var mapped = nodes.Select(n => NodeMapping.ToModel(n, problems) with { AttachLimits = limits.GetValueOrDefault(n.Metadata.Name, ImmutableDictionary<string, int>.Empty) });
        return new ClusterSnapshot([.. mapped], [.. pods.Select(p => PodMapping.ToModel(p, problems, labels))], [])
        {
            Budgets = [.. budgets],
            Storage = new StorageInfo([.. claims], [.. volumes], [.. classes]),
            PriorityClasses = [.. priorities],
            Workloads = [.. workloads],
        };
    }

    private static T Read<T>(JsonElement element) => ForeignObject.Read<T>(element);
}
