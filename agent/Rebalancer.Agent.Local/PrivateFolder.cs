namespace Rebalancer.Agent.Local;

/// <summary>Folders that only root may enter: a checkpoint holds the memory of a pod.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder, and those above it that are missing, with mode 0700. One that exists stays as it is.</summary>
    /// <returns>Its path.</returns>
    public static string Create(string path)
    {
        // The class library gives the mode to the last folder only.
        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent)) { Create(parent); }
        return Directory.CreateDirectory(path, Mode).FullName;
    }
}
