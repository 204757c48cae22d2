using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Files;

/// <summary>Writes one tree into its archive, in passes: while the pod runs, and what has changed since, once more where it ran on for long, and while it is frozen.</summary>
internal sealed class TreeSender : IDisposable
{
    private const int BufferBytes = 256 << 10;
    private readonly PodTree tree;
    private readonly OpenFolder folder;
    private readonly FileStream stream;
    private readonly ArchiveWriter archive;
    private readonly TreeReader reader;
    private TreeSnapshot snapshot = new(DateTimeOffset.UnixEpoch, MappedFiles.None);

    /// <exception cref="Local.Netlink.LinuxException">The tree cannot be opened.</exception>
    public TreeSender(PodTree tree, string images)
    {
        this.tree = tree;
        folder = tree.Open();
        stream = PrivateFile.Create(Path.Combine(images, tree.Name.FileName), FileMode.CreateNew, BufferBytes, FileShare.ReadWrite);
        archive = new ArchiveWriter(stream);
        reader = new TreeReader(folder, tree, archive);
    }

    /// <summary>The first pass, in steps of some megabytes; each is in the archive when it is handed out. A tree in memory has none.</summary>
    public IEnumerable<bool> Ahead(DateTimeOffset now, MappedFiles mapped)
    {
        if (!tree.IsOnDisk) { yield break; }
        snapshot = new TreeSnapshot(now, mapped);
        foreach (var step in reader.Whole(snapshot))
        {
            stream.Flush();
            yield return step;
        }
    }

    /// <summary>What has changed since the pass before, while the pod still runs; in steps as well.</summary>
    public IEnumerable<bool> Again(DateTimeOffset now, MappedFiles mapped)
    {
        if (!tree.IsOnDisk) { yield break; }
        var next = new TreeSnapshot(now, mapped);
        foreach (var step in reader.Changes(snapshot, mapped, next))
        {
            stream.Flush();
            yield return step;
        }
        snapshot = next;
    }

    /// <summary>The last pass, and the end.</summary>
    public void Rest(MappedFiles mapped, CancellationToken cancellation)
    {
        foreach (var _ in reader.Changes(snapshot, mapped)) { cancellation.ThrowIfCancellationRequested(); }
        archive.End();
    }

    public void Dispose()
    {
        stream.Dispose();
        folder.Dispose();
    }
}
