using k8s.Models;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>What the evacuation of all nodes together depends on.</summary>
internal sealed class EvacuationView
{
    public EvacuationView(IEnumerable<V1Node> nodes, IEnumerable<V1Pod> pods, IReadOnlyCollection<Migration> migrations, MoveLimits limits, DateTimeOffset now)
    {
        (Limits, Now, Migrations) = (limits, now, migrations);
        Nodes = nodes.ToDictionary(n => n.Metadata.Name, StringComparer.Ordinal);
        PoolByNode = Nodes.Values.ToDictionary(n => n.Metadata.Name, n => NodeMapping.PoolOf(n), StringComparer.Ordinal);
        PodsByNode = pods.Where(p => !string.IsNullOrEmpty(p.Spec?.NodeName)).ToLookup(p => p.Spec.NodeName, StringComparer.Ordinal);
        History = new MoveHistory(migrations, PoolByNode);
        MigrationsByPod = migrations.SelectMany(m => PodsOf(m).Select(uid => (Uid: uid, Migration: m))).ToLookup(pair => (pair.Migration.Metadata.NamespaceProperty ?? "", pair.Uid), pair => pair.Migration);
    }

    public IReadOnlyDictionary<string, V1Node> Nodes { get; }
    public IReadOnlyDictionary<string, string> PoolByNode { get; }
    public ILookup<string, V1Pod> PodsByNode { get; }
    public IReadOnlyCollection<Migration> Migrations { get; }
    public MoveHistory History { get; }
    public MoveLimits Limits { get; }
    public DateTimeOffset Now { get; }

    /// <summary>That move it, moved it, or bring it to where it is.</summary>
    public IReadOnlyCollection<Migration> Of(V1Pod pod) => [.. MigrationsByPod[(pod.Metadata.NamespaceProperty ?? "", pod.Metadata.Uid)]];

    private ILookup<(string Namespace, string Uid), Migration> MigrationsByPod { get; }

    private static IEnumerable<string> PodsOf(Migration migration)
        => new[] { migration.Status.PodUID, migration.Spec.PodUID, migration.Status.Claim?.PodUID }.Where(uid => !string.IsNullOrEmpty(uid)).Select(uid => uid!).Distinct();
}
