using System.Globalization;
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
    public const string NoticeAnnotation = "rebalancer.dev/spot-notice";
    /// <summary>The later deadline of somebody else that the notice took the place of.</summary>
    public const string ReplacedAnnotation = "rebalancer.dev/spot-notice-replaced";
    public const string TaintValue = "spot-notice";

    /// <returns>Whether the node was changed.</returns>
    public static bool Set(V1Node node, SpotNotice notice)
    {
        var annotations = node.Metadata.Annotations ??= new Dictionary<string, string>();
        var at = SpotNoticeParser.Rfc3339(notice.At);
        var changed = Put(annotations, NoticeAnnotation, at, out var earlierNotice);
        var deadline = annotations.TryGetValue(Names.TerminatesAt, out var written) ? written : null;
        if (deadline != at && (deadline == earlierNotice || !IsEarlier(deadline, notice.At)))
        {
            if (deadline is not null && deadline != earlierNotice)
            {
                annotations[ReplacedAnnotation] = deadline;
            }

            annotations[Names.TerminatesAt] = at;
            annotations[Names.TerminationReason] = $"spot instance: {notice.Action}";
            changed = true;
        }

        return Taint(node) || changed;
    }

    /// <returns>Whether the node was changed.</returns>
    public static bool Withdraw(V1Node node)
    {
        if (node.Metadata.Annotations?.TryGetValue(NoticeAnnotation, out var at) != true)
        {
            return false;
        }

        var annotations = node.Metadata.Annotations!;
        if (annotations.TryGetValue(Names.TerminatesAt, out var deadline) && deadline == at)
        {
            annotations.Remove(Names.TerminatesAt);
            annotations.Remove(Names.TerminationReason);
            if (annotations.TryGetValue(ReplacedAnnotation, out var replaced))
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

    private static bool Put(IDictionary<string, string> annotations, string name, string value, out string? before)
    {
        before = annotations.TryGetValue(name, out var written) ? written : null;
        annotations[name] = value;
        return before != value;
    }

    private static bool IsEarlier(string? deadline, DateTimeOffset at) =>
        DateTimeOffset.TryParse(deadline, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var other) && other <= at;
}
