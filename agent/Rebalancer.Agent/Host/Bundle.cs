using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Host;

/// <summary>The folder that this program lies in, as the image brings it: the agent, rebalancer-runc, rebalancer-ipam, criu, and the libraries of them all.</summary>
internal static class Bundle
{
    /// <summary>Made last: a folder without it is half a copy.</summary>
    public const string CompleteMark = ".complete";
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Of this program: /opt/rebalancer/VERSION.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Resolve(AppContext.BaseDirectory.TrimEnd('/')), ".."));

    /// <summary>Two builds may have one version, while it is worked on.</summary>
    private static string Build => typeof(Bundle).Module.ModuleVersionId.ToString();

    public static string Version => Path.GetFileName(Folder);

    /// <summary>Where it lies on a node.</summary>
    public static string Home => $"{NodePaths.InstallFolder}/{Version}";

    /// <summary>Copies it to a node's file system unless it is there; nobody sees half of it.</summary>
    /// <param name="root">Where the node's root is mounted.</param>
    public static void CopyTo(string root)
    {
        var home = root.TrimEnd('/') + Home;
        var mark = $"{home}/{CompleteMark}";
        if (File.Exists(mark) && File.ReadAllText(mark) == Build) { return; }
        var next = $"{home}.{Environment.ProcessId}";
        if (Directory.Exists(next)) { Directory.Delete(next, recursive: true); }
        Directory.CreateDirectory(next, Everybody);
        CopyTree(Folder, next);
        File.WriteAllText($"{next}/{CompleteMark}", Build);
        // Programs that run from it go on: their files live until they end.
        var old = $"{next}.old";
        if (Directory.Exists(home)) { Directory.Move(home, old); }
        Directory.Move(next, home);
        if (Directory.Exists(old)) { Directory.Delete(old, recursive: true); }
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            var made = Path.Combine(to, Path.GetFileName(folder));
            Directory.CreateDirectory(made, Everybody);
            CopyTree(folder, made);
        }

        foreach (var file in Directory.EnumerateFiles(from)) { File.Copy(file, Path.Combine(to, Path.GetFileName(file))); }
    }

    /// <summary>Through the link that names the current version.</summary>
    private static string Resolve(string folder) => Directory.ResolveLinkTarget(Path.GetDirectoryName(folder)!, returnFinalTarget: true) is { } target
        ? Path.Combine(target.FullName, Path.GetFileName(folder)) : folder;
}
