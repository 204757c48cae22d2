using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Planning;

/// <summary>Where a pod goes, or why nowhere.</summary>
/// <param name="Node">Null: no node fits.</param>
/// <param name="Rejections">Every node that was not eligible, in name order.</param>
public sealed record TargetChoice(PodInfo Pod, string? Node, NodePrice? Price, ImmutableArray<Rejection> Rejections)
{
    private const int MaxListed = 8;

    /// <summary>For status.message: bounded, since a cluster may have thousands of nodes.</summary>
    public string Explain()
    {
        if (Node is not null)
        {
            return $"{Pod.FullName} goes to {Node} at {Price?.PerHour}/h{(Price is { Estimated: true } ? " (estimated)" : "")}";
        }

        var listed = string.Join("; ", Rejections.Take(MaxListed));
        var more = Rejections.Length > MaxListed ? $"; and {Rejections.Length - MaxListed} more" : "";
        return $"no node fits {Pod.FullName}: {(Rejections.IsEmpty ? "there are no nodes" : listed + more)}";
    }
}
