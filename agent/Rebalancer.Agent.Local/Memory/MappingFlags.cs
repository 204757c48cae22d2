using System.Text;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// The mappings of a process with their flags, as /proc/PID/smaps shows them, but without its counts, for which the kernel walks all pages of the process
/// (20 ms per GiB). Read while the process runs, it stands in for smaps when it is frozen, if the mappings are still the same; that their flags are too
/// shows beside the dump.
/// </summary>
internal sealed class MappingFlags
{
    private const string FlagsKey = "VmFlags:";
    /// <summary>Marks of trackers, which come and go with them.</summary>
    private static readonly string[] TrackerFlags = ["uw", "um", "ui", "sd"];
    /// <summary>A path is bytes: they come out as they went in.</summary>
    private static readonly Encoding Bytes = Encoding.Latin1;
    private readonly List<string> lines;
    /// <summary>The same as the kernel keeps it, of a moment before the lines were read: whoever finds it unchanged later need not read them again.</summary>
    private readonly IReadOnlyList<KernelMapping>? kept;

    private MappingFlags(List<string> lines, IReadOnlyList<KernelMapping>? kept) => (this.lines, this.kept) = (lines, kept);

    public IReadOnlyList<MemoryArea> Areas => MemoryMap.Parse(lines);

    /// <summary>Empty when the process is gone.</summary>
    public static MappingFlags Read(int pid)
    {
        var kept = KernelMappings.TryRead(pid);
        return new MappingFlags(Select(MemoryMap.Lines(pid, "smaps", Bytes)), kept);
    }

    /// <summary>Pure.</summary>
    public static MappingFlags Parse(IEnumerable<string> smaps) => new(Select(smaps), null);

    /// <summary>Whether the process has these mappings now, of the same kinds at the same places. Cheap.</summary>
    public bool AreThereNow(int pid) => HasHeads(MemoryMap.Lines(pid, "maps", Bytes));

    /// <summary>Pure.</summary>
    /// <param name="maps">Lines of /proc/PID/maps.</param>
    public bool HasHeads(IEnumerable<string> maps) => lines.Where(IsHead).SequenceEqual(maps, StringComparer.Ordinal);

    /// <summary>Whether each of these mappings has the same flags in a process, which may have got further ones. Cheap where the kernel can be asked without smaps and nothing has changed.</summary>
    public bool AreSameNow(int pid) => (kept is not null && KernelMappings.TryRead(pid) is { } now && !kept.Except(now).Any()) || HasSameFlagsIn(Parse(MemoryMap.Lines(pid, "smaps", Bytes)));

    /// <summary>Whether each of these mappings has the same flags in the other list, which may have further ones.</summary>
    public bool HasSameFlagsIn(MappingFlags other)
    {
        var theirs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (head, flags) in other.Pairs()) { theirs[head] = flags; }
        return Pairs().All(each => theirs.TryGetValue(each.Head, out var flags) && flags == each.Flags);
    }

    /// <summary>In the form of smaps.</summary>
    public void WriteTo(string path)
    {
        using var file = PrivateFile.Create(path, FileMode.Create);
        file.Write(Bytes.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    private IEnumerable<(string Head, string Flags)> Pairs()
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (IsHead(lines[i])) { yield return (lines[i], i + 1 < lines.Count && IsFlags(lines[i + 1]) ? lines[i + 1] : ""); }
        }
    }

    private static List<string> Select(IEnumerable<string> smaps) => [.. smaps.Where(line => IsHead(line) || IsFlags(line)).Select(Clean)];

    private static string Clean(string line) => IsFlags(line) ? string.Join(' ', line.Split(' ').Where(word => !TrackerFlags.Contains(word))) : line;

    /// <summary>Lines with counts begin with a capital letter.</summary>
    private static bool IsHead(string line) => line.Length > 0 && char.IsAsciiHexDigitLower(line[0]);

    private static bool IsFlags(string line) => line.StartsWith(FlagsKey, StringComparison.Ordinal);
}
