using System.Globalization;

namespace Rebalancer.Agent.Preflight;

/// <summary>Reads /proc of other processes. Everything may vanish between two reads; what is gone reads as empty.</summary>
internal sealed class ProcFolder(string root = "/proc")
{
    public string PathOf(int pid, string file) => Path.Combine(root, pid.ToString(CultureInfo.InvariantCulture), file);

    /// <summary>Start time in clock ticks since boot (field 22 of stat); null when there is no such process.</summary>
    public ulong? StartTicks(int pid)
    {
        var stat = Text(PathOf(pid, "stat"));
        var afterName = stat.LastIndexOf(')');
        if (afterName < 0) { return null; }
        var fields = stat[(afterName + 2)..].Split(' ');
        return fields.Length > 19 && ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? ticks : null;
    }

    /// <summary>"pid:[4026531836]"; empty when unreadable.</summary>
    public string Namespace(int pid, string kind) => Link(PathOf(pid, "ns/" + kind));

    /// <summary>As the process's container sees it; empty when unreadable.</summary>
    public string WorkingFolder(int pid) => Link(PathOf(pid, "cwd"));

    /// <summary>Where the open descriptors point to.</summary>
    public IEnumerable<(string Descriptor, string Target)> Descriptors(int pid)
    {
        foreach (var path in Entries(PathOf(pid, "fd"))) { yield return (Path.GetFileName(path), Link(path)); }
    }

    /// <summary>Whether there is such a process, and it has not ended: a zombie has no memory any more.</summary>
    public bool HasMemory(int pid) => Lines(pid, "status").Any(line => line.StartsWith("VmSize:", StringComparison.Ordinal));

    /// <summary>Folders of its threads.</summary>
    public IReadOnlyList<string> Threads(int pid)
    {
        try
        {
            return Directory.GetDirectories(PathOf(pid, "task"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether one of its threads is on a CPU or waits for one.</summary>
    public bool IsRunning(int pid) => Threads(pid).Any(thread => Text(Path.Combine(thread, "stat")).Contains(") R ", StringComparison.Ordinal));

    public IEnumerable<string> Lines(int pid, string file) => Text(PathOf(pid, file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Value of a "Key:   123 kB" line in bytes; 0 when there is none.</summary>
    public long KilobyteLine(int pid, string file, string key)
    {
        foreach (var line in Lines(pid, file))
        {
            if (!line.StartsWith(key + ":", StringComparison.Ordinal)) { continue; }
            var number = line[(key.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim();
            return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : 0;
        }
        return 0;
    }

    public static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
