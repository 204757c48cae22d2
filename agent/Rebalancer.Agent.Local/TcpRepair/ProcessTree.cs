using System.Globalization;

namespace Rebalancer.Agent.Local.TcpRepair;

/// <summary>Process ids of a container, for callers that know no cgroup of it.</summary>
public static class ProcessTree
{
    private const int MaxProcesses = 100_000;

    /// <summary>A process and all its descendants, from /proc/PID/task/*/children. Sure to be whole only while the tree is frozen.</summary>
    public static IReadOnlyCollection<int> Of(int root)
    {
        var found = new List<int> { root };
        for (var i = 0; i < found.Count && found.Count < MaxProcesses; i++)
        {
            found.AddRange(ChildrenOf(found[i]));
        }

        return found;
    }

    private static IEnumerable<int> ChildrenOf(int pid)
    {
        var tasks = $"/proc/{pid}/task";
        return Read(() => Directory.GetDirectories(tasks)).SelectMany(task => Read(() =>
            File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
            .Select(s => int.Parse(s, CultureInfo.InvariantCulture));
    }

    private static string[] Read(Func<string[]> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            return []; // The process has ended since.
        }
    }
}
