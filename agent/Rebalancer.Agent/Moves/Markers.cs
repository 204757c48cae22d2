using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Files whose existence is the message, for the guard, the wrapper and this agent after a restart. Written through to the disk, with their folder.</summary>
internal sealed class Markers(string stateFolder = NodePaths.StateFolder)
{
    public string CommitPath(string migrationUid) => PathOf(NodePaths.CommitMarkers, migrationUid);

    public bool HasCommit(string migrationUid) => File.Exists(CommitPath(migrationUid));

    public void WriteCommit(string migrationUid) => Write(CommitPath(migrationUid));

    public void DeleteCommit(string migrationUid) => File.Delete(CommitPath(migrationUid));

    /// <summary>
    /// None of the pod's containers may start here again: from before the commit is asked for, since a node may come up again before its agent has read the answer,
    /// and kubelet is the quicker one.
    /// </summary>
    public void WriteReleased(string podUid) => Write(PathOf(NodePaths.ReleasedFolder, podUid));

    /// <summary>The move is not, and will not be, committed.</summary>
    public void DeleteReleased(string podUid) => File.Delete(PathOf(NodePaths.ReleasedFolder, podUid));

    /// <summary>The pod's processes here are still needed: after its commit for their memory, before it because its object goes first. kubelet's kills wait.</summary>
    public void WriteServing(string podUid) => Write(PathOf(NodePaths.ServingFolder, podUid));

    public bool HasServing(string podUid) => File.Exists(PathOf(NodePaths.ServingFolder, podUid));

    public void DeleteServing(string podUid) => File.Delete(PathOf(NodePaths.ServingFolder, podUid));

    /// <summary>The checkpoint was let run: a later create of this container is a cold start.</summary>
    public void WriteConsumed(string podUid, string container) => Write(PathOf(NodePaths.ConsumedFolder, $"{podUid}_{container}"));

    public bool HasConsumed(string podUid, string container) => File.Exists(PathOf(NodePaths.ConsumedFolder, $"{podUid}_{container}"));

    public bool HasConsumed(string podUid)
    {
        var folder = PathOf(NodePaths.ConsumedFolder, "");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, podUid + "_*").Any();
    }

    /// <summary>Forgets pods that have left or come by a move, where that is long ago and the node has no such pod: there is one of these markers for each move.</summary>
    /// <param name="before">Older ones only: kubelet may still hold on to a pod whose object has just gone.</param>
    /// <param name="podUids">Of the pods that the node has.</param>
    /// <returns>How many are gone.</returns>
    public int Forget(DateTimeOffset before, IReadOnlySet<string> podUids)
    {
        var old = OfPods().Where(file => file.LastWriteTimeUtc < before.UtcDateTime && !podUids.Contains(file.Name.Split('_')[0])).ToList();
        foreach (var file in old) { file.Delete(); }
        return old.Count;
    }

    /// <summary>What an agent left that died in the last moments of a move, whose Migration has been deleted since: nobody asks for it, and kubelet must be able to end a pod.</summary>
    /// <param name="moves">All that this node has a part in.</param>
    /// <returns>Names of the markers that are gone.</returns>
    public IReadOnlyList<string> ForgetMoves(IReadOnlyCollection<Migration> moves)
    {
        var left = In(NodePaths.CommitMarkers).ExceptBy(moves.Select(move => move.Metadata.Uid), file => file.Name)
            .Concat(In(NodePaths.ServingFolder).ExceptBy(moves.Select(move => move.Status.PodUID), file => file.Name)).ToList();
        foreach (var file in left) { file.Delete(); }
        return [.. left.Select(file => file.Name)];
    }

    /// <summary>Whether <see cref="Forget"/> could find something.</summary>
    public bool HasOlder(DateTimeOffset before) => OfPods().Any(file => file.LastWriteTimeUtc < before.UtcDateTime);

    private IEnumerable<FileInfo> OfPods() => In(NodePaths.ReleasedFolder).Concat(In(NodePaths.ConsumedFolder));

    private IEnumerable<FileInfo> In(string folder) => new DirectoryInfo(PathOf(folder, "")) is { Exists: true } found ? found.EnumerateFiles() : [];

    public void CreateFolders()
    {
        foreach (var folder in new[] { NodePaths.StateFolder, NodePaths.CommitMarkers, NodePaths.ReleasedFolder, NodePaths.ServingFolder, NodePaths.ConsumedFolder })
        {
            PrivateFolder.Create(PathOf(folder, ""));
        }
    }

    private string PathOf(string folder, string name)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name is "." or "..") { throw new ArgumentException($"'{name}' is no name of a marker", nameof(name)); }
        return Path.Combine(stateFolder, Path.GetRelativePath(NodePaths.StateFolder, folder), name);
    }

    private static void Write(string path)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write)) { file.Flush(flushToDisk: true); }
        // The name itself must survive a power cut too.
        FolderSync.Flush(Path.GetDirectoryName(path)!);
    }
}
