using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Nodes;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Simulation.Checks;

/// <summary>What must have come about once nothing fails any more.</summary>
internal static class LivenessChecks
{
    /// <returns>What is still missing.</returns>
    public static IEnumerable<string> Missing(World world)
    {
        var pods = world.Api.Store.List(Known.Pods).Objects.Values.Select(o => o.As<V1Pod>()).ToList();
        return Moves(world).Concat(Sets(world, pods)).Concat(Pods(world, pods)).Concat(Nodes(world, pods));
    }

    /// <summary>
    /// What is known to be open: a gated pod was thawed with its object, which was deleted before the controller had seen the pod ready. Nobody says when its
    /// processes have ended, so nothing starts beside them, and the abort waits for a person.
    /// </summary>
    public static bool IsOpen(World world)
        => world.Migrations().Any(m => m.Status is { Phase: Phases.Aborting, Owner.Gate: true, Source: { State: SourceState.Thawed, KillGate: KillGates.Closed } });

    private static IEnumerable<string> Moves(World world)
    {
        foreach (var move in world.Migrations())
        {
            if (!Phases.IsFinal(move.Status.Phase))
            {
                yield return $"{move.Metadata.Name} is in phase '{move.Status.Phase}' (decision '{move.Status.Decision}', source '{move.Status.Source?.State}', target '{move.Status.Target?.State}')";
            }
            else if (move.Metadata.Finalizers?.Contains(Names.MigrationFinalizer) == true)
            {
                yield return $"{move.Metadata.Name} is {move.Status.Phase} and still has its finalizer";
            }
            else if (move.Status.Decision != Decision.Committed && move.Metadata.Labels?.ContainsKey(Names.GateLabel) == true)
            {
                yield return $"{move.Metadata.Name} is {move.Status.Phase} and still keeps its pod's name";
            }
        }
    }

    private static IEnumerable<string> Sets(World world, List<V1Pod> pods)
    {
        var wanted = world.Api.Store.List(Known.ReplicaSets).Objects.Values.Select(o => o.As<V1ReplicaSet>()).Select(s => (s.Metadata, s.Spec.Replicas))
            .Concat(world.Api.Store.List(Known.StatefulSets).Objects.Values.Select(o => o.As<V1StatefulSet>()).Select(s => (s.Metadata, s.Spec.Replicas)));
        foreach (var (meta, replicas) in wanted)
        {
            var ready = pods.Count(p => IsOwned(p, meta.Uid) && IsReady(p));
            if (ready != replicas || pods.Count(p => IsOwned(p, meta.Uid)) != replicas)
            {
                yield return $"{meta.Name} has {ready} ready pods of {replicas}";
            }
        }
    }

    private static IEnumerable<string> Pods(World world, List<V1Pod> pods)
    {
        foreach (var pod in pods)
        {
            if (pod.Metadata.Labels["app"] is "web" && pod.Metadata.OwnerReferences is not { Count: > 0 })
            {
                yield return $"pod {pod.Metadata.Name} was let go by its owner and not taken back";
            }

            if (pod.Spec.NodeName is { Length: > 0 } name && world.Node(name)?.Living(pod.Metadata.Uid) is not { State: CopyState.Running, IsNetworkOpen: true })
            {
                yield return $"pod {pod.Metadata.Name} does not run on {name} with its network open";
            }
        }
    }

    private static IEnumerable<string> Nodes(World world, List<V1Pod> pods)
    {
        var uids = pods.Select(p => p.Metadata.Uid).ToHashSet();
        foreach (var node in world.Nodes.Where(n => !n.IsLost))
        {
            foreach (var copy in node.Copies.Where(c => c.IsAlive && !uids.Contains(c.PodUid)))
            {
                yield return $"{copy.PodName} is {copy.State} on {node.Name}, and its pod is gone";
            }

            foreach (var uid in node.Disk.Images.Keys.Concat(node.Disk.Commit))
            {
                yield return $"{node.Name} still has the folder or the commit marker of move {uid}";
            }

            foreach (var uid in node.Disk.Serving)
            {
                yield return $"{node.Name} still keeps pod {uid} from being ended";
            }
        }
    }

    private static bool IsOwned(V1Pod pod, string uid) => pod.Metadata.OwnerReferences?.Any(r => r.Uid == uid) == true;

    private static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;
}
