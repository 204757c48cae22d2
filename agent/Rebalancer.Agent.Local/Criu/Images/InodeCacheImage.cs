using System.Text;

namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>
/// irmap-cache, in the folder where CRIU works: the paths of inodes that are watched and cannot be opened by their handles. CRIU reads it after its
/// pre-dump script, and believes a path only once it has found the inode there; without it, it would search a few well-known folders and give up.
/// </summary>
internal static class InodeCacheImage
{
    public const string FileName = "irmap-cache";

    /// <param name="folder">CRIU's work folder.</param>
    /// <param name="paths">Device (20 bits of minor number below the major one), inode and path in the container.</param>
    public static void Write(string folder, IEnumerable<(uint Device, ulong Inode, string Path)> paths) =>
        CriuImageFile.WriteService(Path.Combine(folder, FileName), CriuImageFile.InodeCacheMagic, paths.Select(Message));

    /// <summary>CRIU leaves out the first character of a path; of the root's something must be left.</summary>
    private static byte[] Message((uint Device, ulong Inode, string Path) entry) =>
        new WireWriter().Number(1, entry.Device).Number(2, entry.Inode).Bytes(3, Encoding.UTF8.GetBytes(entry.Path == "/" ? "/." : entry.Path)).ToArray();
}
