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

    private MappingFlags(List<string> lines) => this.lines = lines;

    public IReadOnlyList<MemoryArea> Areas => MemoryMap.Parse(lines);

    /// <summary>Empty when the process is gone.</summary>
    public static MappingFlags Read(int pid) => Parse(MemoryMap.Lines(pid, "smaps", Bytes));

    /// <summary>Pure.</summary>
    public static MappingFlags Parse(IEnumerable<string> smaps) => new([.. smaps.Where(line => IsHead(line) || IsFlags(line)).Select(Clean)]);

    /// <summary>Whether the process has these mappings now, of the same kinds at the same places. Cheap.</summary>
    public bool AreThereNow(int pid) => HasHeads(MemoryMap.Lines(pid, "maps", Bytes));

    /// <summary>Pure.</summary>
    /// <param name="maps">Lines of /proc/PID/maps.</param>
    public bool HasHeads(IEnumerable<string> maps) => lines.Where(IsHead).SequenceEqual(maps, StringComparer.Ordinal);

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

    private static string Clean(string line) => IsFlags(line) ? string.Join(' ', line.Split(' ').Where(word => !TrackerFlags.Contains(word))) : line;

    /// <summary>Lines with counts begin with a capital letter.</summary>
    private static bool IsHead(string line) => line.Length > 0 && char.IsAsciiHexDigitLower(line[0]);

    private static bool IsFlags(string line) => line.StartsWith(FlagsKey, StringComparison.Ordinal);
}
