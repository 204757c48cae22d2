using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Restore;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>Where one move's images and logs lie on this node, on tmpfs, readable by root only: they hold the pod's memory.</summary>
internal sealed class MoveFolder(string migrationUid, string root = NodePaths.MovesFolder)
{
    private const string ImagesName = "images";

    public string Root { get; } = Path.Combine(root, SafeUid(migrationUid));
    /// <summary>One folder for each container, named as it is.</summary>
    public string Images => Path.Combine(Root, ImagesName);
    /// <summary>Among the images, what travels of the pod's files; no container has such a name.</summary>
    public const string FilesName = "_files";
    public string FileImages => Path.Combine(Images, FilesName);
    /// <summary>The memory of processes, as far as it is not in the images: a folder for each container (<see cref="Memory.PageIndex"/>).</summary>
    public string Pages => Path.Combine(Root, "pages");
    /// <summary>The pod's files that have come, on disk or here; deleted together.</summary>
    public FileStaging Files { get; } = new(migrationUid, memory: root);
    /// <summary>Exists once every byte has come and has the right hash.</summary>
    public string CompleteMarker => Path.Combine(Root, "complete");
    public string CriuConfig => Path.Combine(Root, "criu.conf");
    public bool IsComplete => File.Exists(CompleteMarker);
    public bool Exists => Directory.Exists(Root);

    public string ImagesOf(string container) => Path.Combine(Images, SafeContainer(container));

    public string PagesOf(string container) => Path.Combine(Pages, container);

    /// <summary>Whether processes of the container get their memory from a page server.</summary>
    public bool HasPages(string container) => Directory.Exists(PagesOf(container));

    /// <summary>Whether pages of processes were to come after everything else (<see cref="LatePagesFile"/>).</summary>
    public bool HasLatePages => IsComplete && Directory.Exists(Pages) && Directory.EnumerateFiles(Pages, LatePagesFile.LateName, SearchOption.AllDirectories).Any();

    /// <summary>Logs of one try of one step, "dump" or "restore-1", with one container.</summary>
    public string Work(string step, string container) => Path.Combine(Root, $"{step}-{SafeContainer(container)}");

    /// <summary>Makes the folders, empty.</summary>
    public void Create(IEnumerable<string> containers)
    {
        Delete();
        PrivateFolder.Create(Images);
        PrivateFolder.Create(FileImages);
        foreach (var container in containers) { PrivateFolder.Create(ImagesOf(container)); }
    }

    public void Delete()
    {
        Files.Delete();
        try
        {
            foreach (var folder in Directory.Exists(Images) ? Directory.EnumerateDirectories(Images) : []) { AheadGate.Release(folder); }
            Directory.Delete(Root, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted already.
        }
    }

    /// <summary>The move and the container that an image folder belongs to; null for a folder that is none of ours, and for none at all.</summary>
    public static ImageOwner? OwnerOf(string imagePath, string root = NodePaths.MovesFolder)
    {
        if (imagePath.Length == 0 || imagePath.Contains('\0', StringComparison.Ordinal)) { return null; }
        var relative = Path.GetRelativePath(root, imagePath).Split('/');
        return relative is [var uid, ImagesName, var container] && uid is not (".." or ".") && IsContainerName(container) ? new ImageOwner(uid, container) : null;
    }

    /// <summary>As Kubernetes names containers.</summary>
    public static bool IsContainerName(string name) => name.Length is > 0 and < 64 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private static string SafeContainer(string name) => IsContainerName(name) ? name : throw new ArgumentException($"'{name}' is no name of a container", nameof(name));

    private static string SafeUid(string uid) => uid.Length is > 0 and < 80 && uid.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
        ? uid : throw new ArgumentException($"migration UID '{uid}' is not one", nameof(uid));
}

internal readonly record struct ImageOwner(string MigrationUid, string Container);
