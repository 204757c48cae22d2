using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Scheduler.Cluster;

/// <summary>Local copies of what answers are made from.</summary>
internal sealed class ClusterCache(ApiClient client, InformerOptions options, TimeProvider clock, ILoggerFactory loggers)
{
    public Informer<V1Node> Nodes { get; } = new(client, ApiResource.Nodes, options, clock, loggers.CreateLogger("Informer.Nodes"), Trimming.Node);
    public Informer<V1Pod> Pods { get; } = new(client, ApiResource.Pods, options, clock, loggers.CreateLogger("Informer.Pods"), Trimming.Pod);
    public Informer<Migration> Migrations { get; } = new(client, ApiResource.Migrations, options, clock, loggers.CreateLogger("Informer.Migrations"));

    public ImmutableArray<IInformer> All => [Nodes, Pods, Migrations];
}
