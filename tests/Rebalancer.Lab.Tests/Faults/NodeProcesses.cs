using System.Globalization;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>Processes of one node and of its containers, found from outside: they, or an ancestor, are in the node's PID namespace.</summary>
internal static class NodeProcesses
{
    private const int MaxGenerations = 64;

    /// <summary>Pids, as the lab sees them, of the node's processes with this command name.</summary>
    /// <param name="nodeInitPid">The node's first process.</param>
    public static IReadOnlyList<int> Find(int nodeInitPid, string command)
    {
        var node = NamespaceOf(nodeInitPid);
        return [.. AllPids().Where(pid => CommandOf(pid) == command && BelongsTo(pid, node))];
    }

    /// <summary>Pids of the node's processes in whose command line the text stands.</summary>
    public static IReadOnlyList<int> FindByArgument(int nodeInitPid, string text)
    {
        var node = NamespaceOf(nodeInitPid);
        return [.. AllPids().Where(pid => string.Join('\0', Lines($"/proc/{pid}/cmdline")).Contains(text, StringComparison.Ordinal) && BelongsTo(pid, node))];
    }

    /// <summary>Whether the process's cgroup is frozen.</summary>
    /// <param name="cgroupRoot">Where cgroups are mounted as the node sees them.</param>
    public static bool IsFrozen(int pid, string cgroupRoot)
    {
        foreach (var line in Lines($"/proc/{pid}/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts[1] == "freezer" && Lines($"{cgroupRoot}/freezer{parts[2]}/freezer.state") is ["FROZEN", ..] or ["FREEZING", ..])
            {
                return true;
            }

            if (parts[0] == "0" && Lines($"{cgroupRoot}{parts[2]}/cgroup.events").Contains("frozen 1"))
            {
                return true;
            }
        }

        return false;
    }

    public static string CgroupsOf(int pid) => string.Join('\n', Lines($"/proc/{pid}/cgroup"));

    private static IEnumerable<int> AllPids() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    public static string? CommandOf(int pid) => Lines($"/proc/{pid}/comm") is [var name, ..] ? name : null;

    /// <summary>A container has a PID namespace of its own, below the node's.</summary>
    private static bool BelongsTo(int pid, string? node)
    {
        for (var generation = 0; generation < MaxGenerations && pid > 1; generation++)
        {
            if (NamespaceOf(pid) == node)
            {
                return true;
            }

            pid = ParentOf(pid);
        }

        return false;
    }

    /// <summary>0 for a process that has just gone.</summary>
    private static int ParentOf(int pid)
    {
        const string Field = "PPid:";
        var line = Lines($"/proc/{pid}/status").FirstOrDefault(each => each.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.AsSpan(Field.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private static string? NamespaceOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process or its cgroup has just gone.
            return [];
        }
    }
}
