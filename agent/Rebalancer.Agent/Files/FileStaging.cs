using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Files;

/// <summary>
/// Where the files of a pod wait on the target until its containers are made: on the file system of their place, so that they get there by renaming, and
/// for what lives in memory, in memory.
/// </summary>
internal sealed class FileStaging(string migrationUid, string layers = NodePaths.StagedLayers, string volumes = NodePaths.StagedVolumes, string memory = NodePaths.MovesFolder)
{
    public string FolderOf(TreeName tree) => Path.Combine(RootOf(tree.Kind), tree.FileName);

    /// <summary>Every tree that has begun to arrive.</summary>
    public IReadOnlyList<TreeName> Trees() =>
        [.. Roots().Where(Directory.Exists).SelectMany(root => Directory.EnumerateDirectories(root, TreeName.Pattern)).Select(path => TreeName.Parse(Path.GetFileName(path))).OfType<TreeName>()];

    public string Create(TreeName tree) => PrivateFolder.Create(FolderOf(tree));

    public void Delete()
    {
        foreach (var root in Roots()) { TreeRemoval.Remove(root); }
    }

    /// <summary>Migrations of which files are staged on this node's disk.</summary>
    public static IEnumerable<string> Staged() =>
        new[] { NodePaths.StagedLayers, NodePaths.StagedVolumes }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(path => Path.GetFileName(path)!).Distinct();

    private IEnumerable<string> Roots() => [RootOf(TreeKind.Layer), RootOf(TreeKind.Disk), RootOf(TreeKind.Memory)];

    private string RootOf(TreeKind kind) => kind switch
    {
        TreeKind.Layer => Path.Combine(layers, migrationUid),
        TreeKind.Disk => Path.Combine(volumes, migrationUid),
        _ => Path.Combine(memory, migrationUid, "files"),
    };
}
