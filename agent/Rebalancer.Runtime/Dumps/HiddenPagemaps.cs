using System.Globalization;
using System.Runtime.InteropServices;

namespace Rebalancer.Runtime.Dumps;

/// <summary>
/// Lets CRIU find processes without memory: in its own mount namespace the page map of another process, which has nothing at those addresses, is mounted
/// over theirs. CRIU then dumps everything but the pages, in a time that does not depend on their number; the agent carries the pages. In the same way it
/// finds a file of the agent in the place of smaps, which takes the kernel long to make for a large process.
/// </summary>
internal static class HiddenPagemaps
{
    private const nuint Bind = 1 << 12;

    /// <param name="pids">Whose page maps are hidden.</param>
    /// <param name="substitute">Whose page map CRIU finds in their place.</param>
    /// <param name="mappings">Folder in which a file named as a process, if there is one, stands in for its smaps.</param>
    /// <returns>False: one could not be hidden.</returns>
    public static bool Hide(IReadOnlyList<int> pids, int substitute, string mappings) => pids.All(pid => Cover(PathOf(pid, "pagemap"), PathOf(substitute, "pagemap"))
        && (!File.Exists(MappingsOf(mappings, pid)) || Cover(PathOf(pid, "smaps"), MappingsOf(mappings, pid))));

    private static bool Cover(string path, string with) => Mount(with, path, 0, Bind, 0) == 0;

    private static string PathOf(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");

    private static string MappingsOf(string folder, int pid) => Path.Combine(folder, pid.ToString(CultureInfo.InvariantCulture));

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, nint kind, nuint flags, nint data);
}
