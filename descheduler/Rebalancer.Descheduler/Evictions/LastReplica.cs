using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>What the answer depends on where this program's own pod is evicted.</summary>
/// <param name="Eviction">The question, as for any pod.</param>
/// <param name="Pods">Of the cluster.</param>
/// <param name="Migrations">Of the cluster.</param>
/// <param name="AskedFirst">When this was first asked of the pod.</param>
internal sealed record LastReplicaView(EvictionView Eviction, IReadOnlyCollection<V1Pod> Pods, IReadOnlyCollection<Migration> Migrations, DateTimeOffset AskedFirst);

/// <summary>
/// Whoever drains a node evicts all its pods at once, and the controller with them. Without the only replica the other pods' evictions would pass, those of copies that have just taken
/// over a name too, and moves that have begun would have no leader. So it leaves last. Pure.
/// </summary>
internal static class LastReplica
{
    /// <summary>Whatever the others do: nobody may drain them at all.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private const string AppLabel = "app.kubernetes.io/name", App = "rebalancer-descheduler";

    /// <param name="ns">Of Rebalancer's own objects.</param>
    public static bool IsOurs(V1Pod pod, string ns) => pod.Metadata.NamespaceProperty == ns && pod.Metadata.Labels?.TryGetValue(AppLabel, out var app) == true && app == App;

    /// <returns>Null: nothing speaks against its eviction.</returns>
    public static EvictionVerdict.Wait? Decide(LastReplicaView view)
    {
        var (pod, now) = (view.Eviction.Pod, view.Eviction.Now);
        var isOver = now - view.AskedFirst >= Limit || (view.Eviction.Node is { } node && NodeMapping.ToModel(node, []).TerminatesAt is { } end && EvictionTimes.WithWholeGrace(pod, end) <= now);
        if (isOver || view.Pods.Any(p => p.Metadata.Uid != pod.Metadata.Uid && IsOurs(p, pod.Metadata.NamespaceProperty) && p.Metadata.DeletionTimestamp is null && PodMapping.IsReady(p))) { return null; }
        var moving = view.Migrations.Count(m => !Phases.IsFinal(m.Status.Phase));
        var staying = IsLeft(view.Eviction.Node) ? view.Pods.Count(p => p.Spec.NodeName == pod.Spec.NodeName && p.Metadata.Uid != pod.Metadata.Uid && WillMove(p, view)) : 0;
        return moving + staying > 0 ? new EvictionVerdict.Wait($"pod {pod.Metadata.Name} moves the others and has no second replica: {moving} pods are moving, {staying} of its node are still to move") : null;
    }

    private static bool IsLeft(V1Node? node) => node is { Spec.Unschedulable: true } || Announcements.AreOn(node);

    private static bool WillMove(V1Pod pod, LastReplicaView view)
        => EvictionRule.Decide(view.Eviction with { Pod = pod, Migrations = [.. view.Migrations.Where(m => m.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty)] }) is EvictionVerdict.Move;
}
