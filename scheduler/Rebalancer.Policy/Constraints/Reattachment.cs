using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Whether the volumes of a pod that moves can be taken from its node and given to another, which only then mounts them: what an attach/detach controller sees to, and
/// what it does for no volume that several nodes, or none but one, may have. Where they can be reached from, <see cref="MoveRules"/> asks.
/// </summary>
public static class Reattachment
{
    /// <summary>What the clients of a pod with claims are to know of a move.</summary>
    public const string Note = "its clients wait while its volumes are detached from the node and attached to another";

    /// <param name="node">Where the pod runs; null: unknown, and so is what is attached there.</param>
    /// <returns>Nothing for a pod without claims.</returns>
    public static IEnumerable<Immovable> Check(PodInfo pod, StorageInfo storage, NodeInfo? node)
        => pod.Claims.Select(name => Refusal(pod.Namespace, name, storage, node)).OfType<string>().Select(why => new Immovable(ImmovableKind.VolumeUnsupported, $"pod {pod.FullName} has {why}"));

    private static string? Refusal(string ns, string name, StorageInfo storage, NodeInfo? node)
    {
        var claim = storage.Claims.FirstOrDefault(c => c.Namespace == ns && c.Name == name);
        var volume = claim is null || claim.Volume.Length == 0 ? null : storage.Volumes.FirstOrDefault(v => v.Name == claim.Volume);
        return (claim, volume) switch
        {
            (null, _) => $"claim {name}, which does not exist",
            (_, null) => $"claim {name}, which is bound to no volume",
            ({ OneNode: false }, _) => $"claim {name} with access modes {string.Join(", ", claim.AccessModes)}; only ReadWriteOnce and ReadWriteOncePod follow",
            (_, { Driver: "" }) => $"claim {name}, whose volume {volume.Name} has no CSI driver",
            _ when node?.AttachedVolumes.Contains(volume.AttachedName) != true => $"claim {name}, whose volume {volume.Name} Kubernetes has not attached to node {node?.Name}, and so keeps from no other",
            _ => null,
        };
    }
}
