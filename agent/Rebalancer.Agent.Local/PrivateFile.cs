namespace Rebalancer.Agent.Local;

/// <summary>Files that only root may read: a checkpoint holds the memory of a pod.</summary>
public static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a file with mode 0600 and opens it for writing. One that exists keeps its mode.</summary>
    /// <param name="path">In a folder that exists.</param>
    /// <param name="mode">Whether it may exist already.</param>
    /// <param name="bufferBytes">0: every write goes to the file at once.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    public static FileStream Create(string path, FileMode mode, int bufferBytes = 0, FileShare share = FileShare.Read) =>
        new(path, new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = bufferBytes, UnixCreateMode = Mode });
}
