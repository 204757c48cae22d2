using System.Globalization;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>
/// Which pods a ReplicaSet gives up first, after ActivePodsWithRanks of Kubernetes 1.36: unscheduled, pending, not ready, lower deletion cost,
/// doubled up on a node, ready for a shorter time, more restarts, newer, UID.
/// The real ranking compares ages on a logarithmic scale; here the younger pod always goes first.
/// </summary>
internal static class DeletionRanking
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    public static IEnumerable<StoredObject> Order(IReadOnlyList<StoredObject> pods)
    {
        var readyByNode = pods.Where(PodConditions.IsReady).GroupBy(NodeOf).ToDictionary(g => g.Key, g => g.Count());
        return pods
            .OrderBy(p => NodeOf(p).Length > 0)
            .ThenBy(PhaseRank)
            .ThenBy(PodConditions.IsReady)
            .ThenBy(Cost)
            .ThenByDescending(p => readyByNode.GetValueOrDefault(NodeOf(p)))
            .ThenByDescending(p => PodConditions.ReadySince(p) ?? DateTimeOffset.MaxValue)
            .ThenByDescending(Restarts)
            .ThenByDescending(p => PodConditions.CreatedAt(p) ?? DateTimeOffset.MaxValue)
            .ThenBy(p => p.Uid, StringComparer.Ordinal);
    }

    /// <summary>The order of Jobs (ActivePods): deletion costs and company on the node do not matter.</summary>
    public static IEnumerable<StoredObject> OrderWithoutRanks(IReadOnlyList<StoredObject> pods) => pods
        .OrderBy(p => NodeOf(p).Length > 0)
        .ThenBy(PhaseRank)
        .ThenBy(PodConditions.IsReady)
        .ThenByDescending(p => PodConditions.ReadySince(p) ?? DateTimeOffset.MaxValue)
        .ThenByDescending(Restarts)
        .ThenByDescending(p => PodConditions.CreatedAt(p) ?? DateTimeOffset.MaxValue);

    private static string NodeOf(StoredObject pod) => pod.Root.Text("spec", "nodeName") ?? "";

    private static int PhaseRank(StoredObject pod) => pod.Root.Text("status", "phase") switch { "Running" => 2, "Unknown" => 1, _ => 0 };

    private static long Cost(StoredObject pod) =>
        int.TryParse(pod.Root.Text("metadata", "annotations", DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static long Restarts(StoredObject pod) => pod.Root.Items("status", "containerStatuses").Select(s => s.Number("restartCount") ?? 0).DefaultIfEmpty().Max();
}
