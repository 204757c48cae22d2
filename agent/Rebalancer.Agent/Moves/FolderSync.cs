using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Moves;

/// <summary>fsync of a folder, which the class library cannot open.</summary>
internal static partial class FolderSync
{
    private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC

    /// <exception cref="IOException">The folder cannot be opened or not be written through.</exception>
    public static void Flush(string folder)
    {
        var descriptor = Open(folder, ReadOnlyFolder);
        if (descriptor < 0) { throw new IOException($"cannot open folder {folder}: errno {Marshal.GetLastPInvokeError()}"); }
        try
        {
            if (Sync(descriptor) != 0) { throw new IOException($"cannot write folder {folder} through: errno {Marshal.GetLastPInvokeError()}"); }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
