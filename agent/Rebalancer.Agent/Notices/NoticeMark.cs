using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Notices;

/// <summary>
/// How a notice is written on a Node: the deadline that everybody reads, and beside it what this agent wrote, so that a withdrawal takes back exactly that,
/// also by an agent that has been restarted since.
/// </summary>
internal static class NoticeMark
{
    /// <summary>The instant that this agent was told; the deadline may be an earlier one that somebody else set.</summary>
    public const string NoticeAnnotation = "rebalancer.dev/notice";
    /// <summary>The later deadline of somebody else that the notice took the place of.</summary>
    public const string ReplacedAnnotation = "rebalancer.dev/notice-replaced";
    public const string TaintValue = "notice";

    /// <param name="canMoveBack">False: a later instant than the one that stands is not written, since not everything could be read.</param>
    /// <returns>Whether the node was changed.</returns>
    public static bool Set(V1Node node, NodeNotice notice, DateTimeOffset now, bool canMoveBack = true)
    {
        var annotations = node.Metadata.Annotations ??= new Dictionary<string, string>();
        if (Stands(annotations, notice, now, canMoveBack))
        {
            return Taint(node);
        }

        var at = NoticeText.Rfc3339(notice.At);
        var changed = Put(annotations, NoticeAnnotation, at, out var earlierNotice);
        var deadline = Get(annotations, Names.TerminatesAt);
        if (deadline != at && (deadline == earlierNotice || !IsEarlier(deadline, notice.At)))
        {
            if (deadline is not null && deadline != earlierNotice)
            {
                annotations[ReplacedAnnotation] = deadline;
            }

            annotations[Names.TerminatesAt] = at;
            annotations[Names.TerminationReason] = notice.Cause;
            changed = true;
        }

        return Taint(node) || changed;
    }

    /// <returns>Whether the node was changed.</returns>
    public static bool Withdraw(V1Node node)
    {
        if (Get(node.Metadata.Annotations, NoticeAnnotation) is not { } at)
        {
            return false;
        }

        var annotations = node.Metadata.Annotations!;
        if (Get(annotations, Names.TerminatesAt) == at)
        {
            annotations.Remove(Names.TerminatesAt);
            annotations.Remove(Names.TerminationReason);
            if (Get(annotations, ReplacedAnnotation) is { } replaced)
            {
                annotations[Names.TerminatesAt] = replaced;
            }
        }

        annotations.Remove(NoticeAnnotation);
        annotations.Remove(ReplacedAnnotation);
        if (node.Spec?.Taints is not null)
        {
            node.Spec.Taints = [.. node.Spec.Taints.Where(t => t.Key != Names.InterruptionTaint || t.Value != TaintValue)];
        }

        return true;
    }

    /// <summary>What was counted from an earlier look is right, also after a restart; one of another life of this machine is not.</summary>
    private static bool Stands(IDictionary<string, string> annotations, NodeNotice notice, DateTimeOffset now, bool canMoveBack)
        => (notice.IsCounted || !canMoveBack)
            && Get(annotations, NoticeAnnotation) is { } text && NoticeText.TryRfc3339(text, out var written)
            && written <= notice.At && written >= now - NoticeText.OldestPast
            && annotations.ContainsKey(Names.TerminatesAt);

    private static bool Taint(V1Node node)
    {
        node.Spec ??= new V1NodeSpec();
        var taints = node.Spec.Taints ?? [];
        if (taints.Any(t => t.Key == Names.InterruptionTaint && t.Effect == "NoSchedule"))
        {
            return false;
        }

        node.Spec.Taints = [.. taints, new V1Taint { Key = Names.InterruptionTaint, Value = TaintValue, Effect = "NoSchedule" }];
        return true;
    }

    private static string? Get(IDictionary<string, string>? annotations, string name) => annotations?.TryGetValue(name, out var value) == true ? value : null;

    private static bool Put(IDictionary<string, string> annotations, string name, string value, out string? before)
    {
        before = Get(annotations, name);
        annotations[name] = value;
        return before != value;
    }

    private static bool IsEarlier(string? deadline, DateTimeOffset at) => deadline is not null && NoticeText.TryRfc3339(deadline, out var other) && other <= at;
}
