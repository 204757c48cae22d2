using System.Runtime.InteropServices;
using System.Text;

namespace Rebalancer.Lab.Kubelet.Volumes;

/// <summary>Writes the files of a projected volume as kubelet does: into a dated folder to which ..data points, each file a link into ..data. What a process holds open or watches in such a volume depends on this.</summary>
internal static partial class AtomicFolder
{
    public static void Write(string folder, IReadOnlyDictionary<string, byte[]> files, UnixFileMode mode, DateTimeOffset now)
    {
        var dated = $"..{now:yyyy_MM_dd_HH_mm_ss.fffffff}";
        foreach (var (name, content) in files)
        {
            var path = $"{folder}/{dated}/{name}";
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            File.SetUnixFileMode(path, mode);
        }

        Directory.CreateDirectory($"{folder}/{dated}");
        var old = new FileInfo($"{folder}/..data").LinkTarget;
        File.Delete($"{folder}/..data_tmp");
        File.CreateSymbolicLink($"{folder}/..data_tmp", dated);
        if (Rename($"{folder}/..data_tmp", $"{folder}/..data") != 0)
        {
            throw new IOException($"rename of {folder}/..data_tmp to ..data: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        foreach (var name in files.Keys.Select(name => name.Split('/')[0]).Distinct().Where(name => new FileInfo($"{folder}/{name}").LinkTarget is null))
        {
            File.CreateSymbolicLink($"{folder}/{name}", $"..data/{name}");
        }

        if (old is not null && old != dated)
        {
            Directory.Delete($"{folder}/{old}", recursive: true);
        }
    }

    public static bool IsWritten(string folder) => new FileInfo($"{folder}/..data").LinkTarget is not null;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // File.Move follows the link and looks for a file at its end.
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
