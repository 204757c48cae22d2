using k8s.Models;
using Rebalancer.Cli.Moves;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Cli.Nodes;

/// <summary>A node that is drained, at one look. Pods of DaemonSets and static pods belong to the node, and are not counted.</summary>
/// <param name="Closed">It takes no new pods.</param>
/// <param name="Leaving">Moving, or being deleted.</param>
/// <param name="Waiting">That can move, and do not yet.</param>
/// <param name="Immovable">That stay.</param>
internal sealed record DrainReport(string Node, bool Closed, IReadOnlyList<DrainedPod> Leaving, IReadOnlyList<DrainedPod> Waiting, IReadOnlyList<DrainedPod> Immovable)
{
    public bool IsDone => Leaving.Count == 0 && Waiting.Count == 0;

    /// <param name="pods">On the node.</param>
    /// <param name="migrations">Away from it.</param>
    public static DrainReport Of(V1Node node, IEnumerable<V1Pod> pods, IReadOnlyList<Migration> migrations)
    {
        var (leaving, waiting, immovable) = (new List<DrainedPod>(), new List<DrainedPod>(), new List<DrainedPod>());
        var agents = new HashSet<string>(node.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) == true ? [node.Metadata.Name] : []);
        foreach (var pod in pods.Where(p => !BelongsToNode(p) && p.Status?.Phase is not ("Succeeded" or "Failed")))
        {
            var last = migrations.Where(m => m.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && (m.Status.PodUID ?? m.Spec.PodUID) == pod.Metadata.Uid).MaxBy(m => m.Metadata.CreationTimestamp);
            var name = $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}";
            if (pod.Metadata.DeletionTimestamp is not null || (last is not null && !Phases.IsFinal(last.Status.Phase)))
            {
                leaving.Add(new DrainedPod(name, last?.Status.Phase ?? "Terminating", last?.Status.Message));
            }
            else if (PodVerdict.Of(pod, agents, new MoveLimits().Freeze, automatic: true) is { CanMove: false } verdict)
            {
                immovable.Add(new DrainedPod(name, verdict.Against[0].Reason, verdict.Why));
            }
            else
            {
                waiting.Add(new DrainedPod(name, last?.Status.Phase ?? "Waiting", last is null ? "no Migration has been made for it yet" : $"{last.Status.Reason}: {last.Status.Message}"));
            }
        }

        return new DrainReport(node.Metadata.Name, node.Spec?.Unschedulable == true, leaving, waiting, immovable);
    }

    private static bool BelongsToNode(V1Pod pod) => PodMapping.ToModel(pod, []).Shape.Mirror || pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") == true;
}

/// <param name="State">Phase of its Migration, or a named reason (see <see cref="Reasons"/>).</param>
internal sealed record DrainedPod(string Pod, string State, string? Why);
