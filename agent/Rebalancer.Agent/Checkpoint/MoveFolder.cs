using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>Where one move's images and logs lie on this node, on tmpfs, readable by root only: they hold the pod's memory.</summary>
internal sealed class MoveFolder(string migrationUid, string root = NodePaths.MovesFolder)
{
    public string Root { get; } = Path.Combine(root, SafeUid(migrationUid));
    /// <summary>The pod's files that have come, on disk or here; deleted together.</summary>
    public FileStaging Files { get; } = new(migrationUid, memory: root);
    public string Images => Path.Combine(Root, "images");
    /// <summary>Exists once every byte has come and has the right hash.</summary>
    public string CompleteMarker => Path.Combine(Root, "complete");
    public string CriuConfig => Path.Combine(Root, "criu.conf");
    public bool IsComplete => File.Exists(CompleteMarker);
    public bool Exists => Directory.Exists(Root);

    public string Work(string step) => Path.Combine(Root, step);

    /// <summary>Makes the folders, empty.</summary>
    public void Create(string step)
    {
        Delete();
        PrivateFolder.Create(Root);
        PrivateFolder.Create(Images);
        PrivateFolder.Create(Work(step));
    }

    public void Delete()
    {
        Files.Delete();
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted already.
        }
    }

    /// <summary>The move that an image folder belongs to; null for a folder that is none of ours.</summary>
    public static string? UidOf(string imagePath, string root = NodePaths.MovesFolder)
    {
        var relative = Path.GetRelativePath(root, imagePath).Split('/');
        return relative is [var uid, "images"] && uid is not (".." or ".") ? uid : null;
    }

    private static string SafeUid(string uid) => uid.Length is > 0 and < 80 && uid.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
        ? uid : throw new ArgumentException($"migration UID '{uid}' is not one", nameof(uid));
}
