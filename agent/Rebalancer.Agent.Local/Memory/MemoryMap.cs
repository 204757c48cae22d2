using System.Globalization;
using System.Text;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>One mapping of a process.</summary>
/// <param name="IsPrivate">Copy on write.</param>
/// <param name="IsAnonymous">Of no file.</param>
/// <param name="IsWritable">Its process may write to it.</param>
/// <param name="Name">Path or "[heap]", "[vdso]"; empty for most anonymous ones.</param>
/// <param name="Flags">VmFlags of smaps ("rd wr lo"); empty when read from maps only.</param>
/// <param name="PopulatedBytes">In memory or swapped out; 0 when read from maps only.</param>
internal sealed record MemoryArea(PageRange Range, bool IsPrivate, bool IsAnonymous, bool IsWritable, string Name, string Flags, long PopulatedBytes = 0)
{
    private static readonly string[] Kernel = ["[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]", "[uprobes]"];

    public bool IsKernels => Kernel.Contains(Name);

    public bool IsHuge => HasFlag("ht");

    /// <summary>Made with MAP_NORESERVE.</summary>
    public bool IsUnreserved => HasFlag("nr");

    public bool IsShadowStack => HasFlag("ss");

    /// <summary>Its missing pages come from a userfaultfd.</summary>
    public bool HasFault => HasFlag("um");

    /// <summary>None of its pages is a file's, another process's or the kernel's.</summary>
    public bool HasOnlyOwnPages => IsPrivate && IsAnonymous && !IsKernels;

    /// <summary>Whether CRIU can leave its pages to a page server: as vma_entry_can_be_lazy in criu/include/vma.h.</summary>
    public bool CanBeLazy => HasOnlyOwnPages && !IsHuge && !HasFlag("lo");

    private bool HasFlag(string flag) => Flags.Contains(flag, StringComparison.Ordinal);
}

/// <summary>The mappings of a process, in the order of their addresses.</summary>
internal static class MemoryMap
{
    private const string FlagsKey = "VmFlags:", ResidentKey = "Rss:", SwappedKey = "Swap:";

    /// <summary>From /proc/PID/maps: cheap, without flags. Empty when the process is gone.</summary>
    public static IReadOnlyList<MemoryArea> Read(int pid) => Parse(Lines(pid, "maps", Encoding.UTF8));

    /// <summary>From /proc/PID/smaps, which walks all pages of the process.</summary>
    public static IReadOnlyList<MemoryArea> ReadWithFlags(int pid) => Parse(Lines(pid, "smaps", Encoding.UTF8));

    /// <summary>Pure. A line that begins with an address range begins a mapping; the flags line belongs to the last one.</summary>
    public static IReadOnlyList<MemoryArea> Parse(IEnumerable<string> lines)
    {
        var areas = new List<MemoryArea>();
        foreach (var line in lines)
        {
            if (line.StartsWith(FlagsKey, StringComparison.Ordinal))
            {
                if (areas.Count > 0) { areas[^1] = areas[^1] with { Flags = line[FlagsKey.Length..].Trim() }; }
            }
            else if (line.StartsWith(ResidentKey, StringComparison.Ordinal) || line.StartsWith(SwappedKey, StringComparison.Ordinal))
            {
                if (areas.Count > 0) { areas[^1] = areas[^1] with { PopulatedBytes = areas[^1].PopulatedBytes + ParseKilobytes(line) }; }
            }
            else if (ParseHead(line) is { } area) { areas.Add(area); }
        }
        return areas;
    }

    /// <summary>Lines of a file below /proc/PID; none when the process is gone.</summary>
    public static string[] Lines(int pid, string file, Encoding encoding)
    {
        try
        {
            return File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"), encoding);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>"7f1c0000-7f1c1000 rw-p 00000000 00:00 0    [heap]".</summary>
    private static MemoryArea? ParseHead(string line)
    {
        var dash = line.IndexOf('-', StringComparison.Ordinal);
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (dash <= 0 || blank < dash || !TryHex(line.AsSpan(0, dash), out var start) || !TryHex(line.AsSpan(dash + 1, blank - dash - 1), out var end)) { return null; }
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 5 || fields[1].Length != 4) { return null; }
        var name = fields.Length > 5 ? fields[5].Trim() : "";
        // A file, /dev/zero and System V segments have an inode; anonymous private memory has none.
        return new MemoryArea(new PageRange(start, end), fields[1][3] == 'p', fields[4] == "0", fields[1][1] == 'w', name, "");
    }

    /// <summary>"Rss:                 132 kB".</summary>
    private static long ParseKilobytes(string line) =>
        long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : 0;

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
