using System.Collections.Immutable;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Cluster;

/// <summary>Local copies of everything that a decision needs.</summary>
internal sealed class ClusterCache(ApiClient client, InformerOptions options, TimeProvider clock, ILoggerFactory loggers)
{
    public Informer<Migration> Migrations { get; } = new(client, ApiResource.Migrations, options, clock, loggers.CreateLogger("Informer.Migrations"));
    public Informer<RebalancePolicy> Policies { get; } = new(client, ApiResource.RebalancePolicies, options, clock, loggers.CreateLogger("Informer.Policies"));
    public Informer<RebalancePlan> Plans { get; } = new(client, ApiResource.RebalancePlans, options, clock, loggers.CreateLogger("Informer.Plans"));
    public Informer<V1Pod> Pods { get; } = new(client, ApiResource.Pods, options, clock, loggers.CreateLogger("Informer.Pods"));
    public Informer<V1Node> Nodes { get; } = new(client, ApiResource.Nodes, options, clock, loggers.CreateLogger("Informer.Nodes"));
    public Informer<V1ReplicaSet> ReplicaSets { get; } = new(client, ApiResource.ReplicaSets, options, clock, loggers.CreateLogger("Informer.ReplicaSets"));
    public Informer<V1StatefulSet> StatefulSets { get; } = new(client, ApiResource.StatefulSets, options, clock, loggers.CreateLogger("Informer.StatefulSets"));
    public Informer<V1Job> Jobs { get; } = new(client, ApiResource.Jobs, options, clock, loggers.CreateLogger("Informer.Jobs"));
    public Informer<V1Service> Services { get; } = new(client, ApiResource.Services, options, clock, loggers.CreateLogger("Informer.Services"));
    public Informer<V1PodDisruptionBudget> Budgets { get; } = new(client, ApiResource.PodDisruptionBudgets, options, clock, loggers.CreateLogger("Informer.Budgets"));
    public Informer<V1RuntimeClass> RuntimeClasses { get; } = new(client, ApiResource.RuntimeClasses, options, clock, loggers.CreateLogger("Informer.RuntimeClasses"));

    public Informer<V1PersistentVolumeClaim> Claims { get; } = new(client, ApiResource.PersistentVolumeClaims, options, clock, loggers.CreateLogger("Informer.Claims"));
    public Informer<V1PersistentVolume> Volumes { get; } = new(client, ApiResource.PersistentVolumes, options, clock, loggers.CreateLogger("Informer.Volumes"));
    public Informer<V1CSINode> CsiNodes { get; } = new(client, ApiResource.CsiNodes, options, clock, loggers.CreateLogger("Informer.CsiNodes"));

    public ImmutableArray<IInformer> All => [Migrations, Policies, Plans, Pods, Nodes, ReplicaSets, StatefulSets, Jobs, Services, Budgets, RuntimeClasses, Claims, Volumes, CsiNodes];

    public Task Synced => Task.WhenAll(All.Select(i => i.Synced));

    /// <summary>The cluster as the planner sees it, with the room that running moves will take.</summary>
    public ClusterSnapshot Snapshot(Migration? except)
    {
        // The room that a placeholder keeps is there for those that are to move.
        var pods = Pods.List().Where(p => !Placeholder.Is(p)).Select(p => PodMapping.ToModel(p, [])).ToImmutableArray();
        var byUid = pods.Where(p => p.Uid.Length > 0).DistinctBy(p => p.Uid).ToDictionary(p => p.Uid, StringComparer.Ordinal);
        var running = Migrations.List().Where(m => m.Metadata.Uid != except?.Metadata.Uid);
        return new ClusterSnapshot([.. Nodes.List().Select(ToModel)], pods, [.. Reservations.Of(running, (_, _, uid) => byUid.GetValueOrDefault(uid))])
        {
            Storage = new StorageInfo([.. Claims.List().Select(StorageMapping.ToModel)], [.. Volumes.List().Select(StorageMapping.ToModel)], []),
        };
    }

    /// <summary>The claims of one pod with their volumes.</summary>
    public StorageInfo StorageOf(V1Pod pod)
    {
        var claims = PodMapping.ToModel(pod, []).Claims.Select(name => Claims.Get(pod.Metadata.NamespaceProperty, name)).OfType<V1PersistentVolumeClaim>().Select(StorageMapping.ToModel).ToImmutableArray();
        return new StorageInfo(claims, [.. claims.Select(c => Volumes.Get(null, c.Volume)).OfType<V1PersistentVolume>().Select(StorageMapping.ToModel)], []);
    }

    private NodeInfo ToModel(V1Node node)
    {
        var model = NodeMapping.ToModel(node, []);
        return CsiNodes.Get(null, node.Metadata.Name) is { } csi ? model with { AttachLimits = StorageMapping.AttachLimits(csi) } : model;
    }
}
