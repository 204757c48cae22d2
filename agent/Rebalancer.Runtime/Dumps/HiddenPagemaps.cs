using System.Globalization;
using System.Runtime.InteropServices;

namespace Rebalancer.Runtime.Dumps;

/// <summary>
/// Lets CRIU find processes without memory: in its own mount namespace the page map of another process, which has nothing at those addresses, is mounted
/// over theirs. CRIU then dumps everything but the pages, in a time that does not depend on their number; the agent carries the pages.
/// </summary>
internal static class HiddenPagemaps
{
    private const nuint Bind = 1 << 12;

    /// <param name="pids">Whose page maps are hidden.</param>
    /// <param name="substitute">Whose page map CRIU finds in their place.</param>
    /// <returns>False: one could not be hidden.</returns>
    public static bool Hide(IReadOnlyList<int> pids, int substitute) => pids.All(pid => Mount(PathOf(substitute), PathOf(pid), 0, Bind, 0) == 0);

    private static string PathOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/pagemap");

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount([MarshalAs(UnmanagedType.LPUTF8Str)] string source, [MarshalAs(UnmanagedType.LPUTF8Str)] string target, nint kind, nuint flags, nint data);
}
