using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>V1Node to the model. What makes no sense is reported, all of it, and read in the safe direction.</summary>
public static class NodeMapping
{
    public static NodeInfo ToModel(V1Node node, ICollection<InvalidField> problems)
    {
        var annotations = node.Metadata.Annotations ?? ImmutableDictionary<string, string>.Empty;
        var taints = (node.Spec?.Taints ?? []).Select(t => new Taint(t.Key, t.Value ?? "", t.Effect)).ToImmutableArray();
        var readable = TryReadDeadline(node, annotations, problems, out var terminatesAt);
        var allocatable = Quantities.ToModel("Node " + node.Metadata.Name, "status.allocatable", node.Status?.Allocatable, problems);
        return new NodeInfo
        {
            Name = node.Metadata.Name,
            Labels = (node.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(),
            Taints = taints,
            Unschedulable = node.Spec?.Unschedulable ?? false,
            Ready = node.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") ?? false,
            Allocatable = allocatable,
            PodLimit = allocatable["pods"].Units,
            TerminatesAt = terminatesAt,
            Interrupted = !readable || taints.Any(t => t.Key == Names.InterruptionTaint),
            AgentEndpoint = annotations.TryGetValue(Names.AgentEndpoint, out var endpoint) ? endpoint : null,
            CostText = annotations.TryGetValue(Names.CostUsdPerHour, out var cost) ? cost : null,
            HazardText = annotations.TryGetValue(Names.InterruptionHazard, out var hazard) ? hazard : null,
            Machine = MachineMapping.ToModel(node),
            AttachedVolumes = [.. (node.Status?.VolumesAttached ?? []).Select(v => v.Name)],
            CreatedAt = Instants.ToModel(node.Metadata.CreationTimestamp),
            KeepMark = MachineMapping.KeepMark(node),
        };
    }

    /// <summary>The pool of <see cref="MachineInfo.Pool"/>, where nothing else of the node is wanted.</summary>
    public static string PoolOf(V1Node node) => MachineMapping.ToModel(node).Pool;

    /// <summary>False where an announcement stands that cannot be read: such a node is no target, and nothing is moved away on its account.</summary>
    private static bool TryReadDeadline(V1Node node, IEnumerable<KeyValuePair<string, string>> annotations, ICollection<InvalidField> problems, out DateTimeOffset? deadline)
    {
        deadline = null;
        var text = annotations.FirstOrDefault(a => a.Key == Names.TerminatesAt).Value;
        if (text is null)
        {
            return true;
        }

        if (TryParseInstant(text, out var instant))
        {
            deadline = instant;
            return true;
        }

        problems.Add(new InvalidField("Node " + node.Metadata.Name, $"metadata.annotations[{Names.TerminatesAt}]", text, "an instant as in RFC 3339, such as 2026-01-31T12:00:00Z"));
        return false;
    }

    /// <summary>RFC 3339 with a time zone; what DateTimeOffset accepts beyond that would be guessed, not read.</summary>
    private static bool TryParseInstant(string text, out DateTimeOffset instant)
        => DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out instant) && (text.EndsWith('Z') || text[^6] is '+' or '-');
}
