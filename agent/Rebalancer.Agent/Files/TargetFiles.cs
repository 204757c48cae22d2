using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>The files of a pod that comes: staged as they arrive, before the pod exists, and given to its containers when they are created.</summary>
internal sealed class TargetFiles(FileStaging staging, string images) : IDisposable
{
    private readonly Dictionary<string, ArrivingTree> arriving = new(StringComparer.Ordinal);
    private readonly Lock giving = new();

    /// <summary>Takes the bytes of a tree; null for files that are none.</summary>
    /// <param name="fileName">Path within the checkpoint.</param>
    /// <param name="maximumBytes">Of all that the peer may send.</param>
    /// <exception cref="TransferException">A tree that no pod has, or too many of them.</exception>
    public TakePiece? Taker(string fileName, long maximumBytes)
    {
        if (Path.GetDirectoryName(fileName) != MoveFolder.FilesName || Path.GetFileName(fileName) is not { } own || !TreeName.IsFileName(own)) { return null; }
        var name = TreeName.Parse(own) ?? throw new TransferException($"file {fileName} is no tree of a pod");
        if (arriving.Count >= FileLimits.Trees) { throw new TransferException($"more than {FileLimits.Trees} layers and volumes came"); }
        var tree = new ArrivingTree(name, PrivateFolder.Create(new StagedTree(name, staging.Create(name)).TreeFolder), maximumBytes);
        arriving.Add(fileName, tree);
        return tree.Take;
    }

    /// <exception cref="TransferException">A tree has not come to its end.</exception>
    public void Complete()
    {
        foreach (var (fileName, tree) in arriving)
        {
            if (!tree.IsComplete) { throw new TransferException($"{fileName} ends before its tree does"); }
        }
        Dispose();
    }

    /// <summary>Puts everything in its place for a container that is being created: its layer and log, and the pod's volumes. May be repeated.</summary>
    /// <exception cref="MoveException">Something cannot be put there; the container must not be restored.</exception>
    public void GiveTo(NewContainer container)
    {
        lock (giving)
        {
            foreach (var name in staging.Trees()) { Give(name, container); }
            GiveLog(container);
        }
    }

    public void Dispose()
    {
        foreach (var tree in arriving.Values) { tree.Dispose(); }
        arriving.Clear();
    }

    private void Give(TreeName name, NewContainer container)
    {
        var staged = new StagedTree(name, staging.FolderOf(name));
        switch (name.Kind)
        {
            case TreeKind.Layer when name.Name != container.Name: return;
            case TreeKind.Layer:
                var place = LayerPlace.Of(container.RootMount);
                if (staged.GiveTo(place.Upper)) { place.MountAgain(); }
                return;
            case TreeKind.SharedMemory: staged.GiveTo(ShmPath.Of(container.Bundle)); return;
            default: staged.GiveTo(KubeletPaths.EmptyDir(container.PodUid, name.Name)); return;
        }
    }

    private void GiveLog(NewContainer container)
    {
        var log = new ContainerLog(container.Name, KubeletPaths.ContainerLogs(container.PodNamespace, container.PodName, container.PodUid, container.Name));
        var lines = Path.Combine(images, log.FileName);
        if (!File.Exists(lines) || log.Path() is not { } path) { return; }
        try
        {
            LogWriter.Write(lines, path);
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            throw new MoveException(Reasons.RestoreFailed, $"the log of container {container.Name} cannot be continued: {e.Message}", inner: e);
        }
    }
}

/// <summary>A container that the runtime is creating.</summary>
/// <param name="Bundle">Its OCI bundle, whose root file system is mounted.</param>
internal sealed record NewContainer(string Name, string Bundle, string PodNamespace, string PodName, string PodUid)
{
    public string RootMount => Path.Combine(Bundle, "rootfs");

    public static NewContainer Of(LocalRequest create) => new(create.ContainerName, create.Bundle, create.PodNamespace, create.PodName, create.PodUid);
}
