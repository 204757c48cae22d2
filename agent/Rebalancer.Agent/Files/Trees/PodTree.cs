using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>A tree of files of a pod on this node.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Path">Its folder on the node. Trusted: no process of the pod can change where it leads.</param>
/// <param name="MountPoints">Of a layer: where the container has something else mounted, as <see cref="RawName"/> paths below the root.</param>
/// <param name="Shown">What messages call it.</param>
internal sealed record PodTree(TreeName Name, string Path, IReadOnlySet<string> MountPoints, string Shown)
{
    /// <summary>What is in memory is sent in the freeze only: writes through a mapping leave no trace in its files' times.</summary>
    public bool IsOnDisk => Name.Kind is TreeKind.Layer or TreeKind.Disk;

    public OpenFolder Open() => OpenFolder.Open(Path);
}
