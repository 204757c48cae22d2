using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy.Scoring.Live;
using Rebalancer.Scheduler.Extender;

namespace Rebalancer.Scheduler.Filtering;

/// <summary>Refuses a node only for what kube-scheduler cannot know: where a moved pod belongs, that a node is about to go, and what running moves have reserved.</summary>
internal static class NodeFilter
{
    /// <summary>Events are short; a node to which more pods are moving names the first.</summary>
    private const int MaxNamed = 3;

    private static readonly Taint Interruption = new(Names.InterruptionTaint, "", "NoSchedule");

    public static Refusal? Check(Question question, ReadOnlySpan<byte> name)
    {
        if (question.Move is { } move)
        {
            return move.IsTarget(name) ? null : new Refusal($"Migration {move.Migration} moves this pod to node {move.TargetNode}", IsFinal: true);
        }

        return question.Find(name) is not { } node ? null : Deadline(question.Pod, node.Info) ?? Reserved(question.Scorer, node);
    }

    /// <summary>Whoever tolerates the taint of such nodes, as their agents do, is meant to run there to the end.</summary>
    private static Refusal? Deadline(PodInfo pod, NodeInfo node)
    {
        if (node is { TerminatesAt: null, Interrupted: false } || pod.Placement.Tolerations.Any(t => t.Tolerates(Interruption)))
        {
            return null;
        }

        return new Refusal(
            node.TerminatesAt is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"the node goes away at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} ({Names.TerminatesAt})")
                : $"the node is announced to be interrupted ({Names.TerminatesAt} or taint {Names.InterruptionTaint})",
            IsFinal: true);
    }

    private static Refusal? Reserved(PodScorer scorer, LiveNode node)
    {
        if (node.Reservations.IsEmpty || scorer.ShortOf(node) is not { } resource)
        {
            return null;
        }

        var pods = string.Join(", ", node.Reservations.Take(MaxNamed).Select(r => r.Pod.FullName));
        var more = node.Reservations.Length > MaxNamed ? $" and {node.Reservations.Length - MaxNamed} more" : "";
        return new Refusal($"too little {resource} beside what is reserved for pods that are moving here: {pods}{more}", IsFinal: false);
    }
}
