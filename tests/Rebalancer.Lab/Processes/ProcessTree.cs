using System.Globalization;
using System.Runtime.InteropServices;

namespace Rebalancer.Lab.Processes;

/// <summary>Children and signals of processes by pid. A pid that is gone is no error: what should end has ended.</summary>
internal static partial class ProcessTree
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    public static IReadOnlyList<int> Children(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/task/{pid}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(text => int.Parse(text, CultureInfo.InvariantCulture))
                .ToArray();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            return [];
        }
    }

    public static bool Signal(int pid, int signal) => Kill(pid, signal) == 0;

    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
