using System.Globalization;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>Processes of one node, found from outside by its PID namespace.</summary>
internal static class NodeProcesses
{
    /// <summary>Pids, as the lab sees them, of the node's processes with this command name.</summary>
    /// <param name="nodeInitPid">The node's first process.</param>
    public static IReadOnlyList<int> Find(int nodeInitPid, string command)
    {
        var node = NamespaceOf(nodeInitPid);
        return [.. AllPids().Where(pid => CommandOf(pid) == command && NamespaceOf(pid) == node)];
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

    private static IEnumerable<int> AllPids() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    private static string? CommandOf(int pid) => Lines($"/proc/{pid}/comm") is [var name, ..] ? name : null;

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
