using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Cli.Moves;

/// <summary>Whether a pod can move, by the same rules as the descheduler's, by what it has written on the pod, and by whether its node has an agent.</summary>
/// <param name="Condition">Status of the pod's condition LiveMigratable; null: the descheduler has written nothing.</param>
internal sealed record PodVerdict(string Namespace, string Pod, string Node, bool CanMove, string? Condition, IReadOnlyList<PodObstacle> Against)
{
    /// <param name="agents">Nodes that have an agent; null: not known.</param>
    /// <param name="automatic">Nobody asks for just this pod: then marks against any disruption count as well.</param>
    public static PodVerdict Of(V1Pod pod, IReadOnlySet<string>? agents, TimeSpan freezeBudget, bool automatic)
    {
        var info = PodMapping.ToModel(pod, []);
        var against = Movability.Check(info, freezeBudget, automatic).Select(i => new PodObstacle(i.Kind.ToString(), i.Message)).ToList();
        if (agents is not null && info.NodeName.Length > 0 && !agents.Contains(info.NodeName))
        {
            against.Add(new PodObstacle(Reasons.AgentMissing, $"no agent runs on node {info.NodeName}"));
        }

        var condition = pod.Status?.Conditions?.FirstOrDefault(c => c.Type == Names.LiveMigratable);
        if (against.Count == 0 && condition is { Status: "False" })
        {
            against.Add(new PodObstacle(condition.Reason ?? Names.LiveMigratable, condition.Message ?? "the descheduler says so"));
        }

        return new PodVerdict(info.Namespace, info.Name, info.NodeName, against.Count == 0, condition?.Status, against) { Note = against.Count == 0 && !info.Claims.IsEmpty ? Reattachment.Note : null };
    }

    /// <summary>What to know of a move of it; null: nothing.</summary>
    public string? Note { get; init; }

    public string Why => string.Join("; ", Against.Select(a => a.Message));
}

/// <param name="Reason">See <see cref="Reasons"/>.</param>
internal sealed record PodObstacle(string Reason, string Message);
