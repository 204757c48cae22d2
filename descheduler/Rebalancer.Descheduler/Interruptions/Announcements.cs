using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>Who has said what about a node. Pure.</summary>
internal static class Announcements
{
    /// <summary>The most pressing one; null: there is none, or one that cannot be read, which is told as a problem.</summary>
    public static NodeAnnouncement? Of(V1Node node, ICollection<InvalidField> problems)
    {
        List<InvalidField> all = [];
        var info = NodeMapping.ToModel(node, all);
        var unreadable = all.Where(p => p.Field.Contains(Names.TerminatesAt, StringComparison.Ordinal)).ToList();
        if (unreadable.Count > 0)
        {
            unreadable.ForEach(problems.Add);
            return null;
        }

        if (info.TerminatesAt is { } end)
        {
            return new NodeAnnouncement(AnnouncementKind.Interruption, end, Names.TerminatesAt);
        }

        if (node.Spec?.Taints?.Any(t => t.Key == Names.InterruptionTaint && !DeadlineTaint.IsOurs(t)) == true)
        {
            return new NodeAnnouncement(AnnouncementKind.Interruption, null, Names.InterruptionTaint);
        }

        if (ForeignSigns.Of(node) is { } sign)
        {
            return new NodeAnnouncement(AnnouncementKind.Interruption, null, sign.Key);
        }

        return Has(node, Names.Maintenance) ? new NodeAnnouncement(AnnouncementKind.Maintenance, null, Names.Maintenance) : null;
    }

    /// <summary>Anything that says, or said, that the node is to be left, readable or not.</summary>
    public static bool AreOn(V1Node? node)
        => node is not null && (Has(node, Names.TerminatesAt) || Has(node, Names.Maintenance) || node.Spec?.Taints?.Any(t => t.Key == Names.InterruptionTaint) == true || ForeignSigns.Of(node) is not null);

    internal static bool Has(V1Node node, string annotation) => node.Metadata.Annotations?.ContainsKey(annotation) == true;
}
