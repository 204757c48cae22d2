using System.Globalization;
using System.Text;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.TcpRepair;

namespace Rebalancer.Runtime.Guards;

/// <summary>The criu and runc processes that are dumping a container.</summary>
internal static class DumpProcesses
{
    private const int MaximumTasks = 4096;

    /// <summary>Pids of runc first: it would otherwise report a dump that failed to nobody, or start the next step.</summary>
    /// <param name="cgroup">The container's.</param>
    /// <param name="containerId">As it stands on runc's command line.</param>
    public static IReadOnlyList<int> Find(ContainerCgroup cgroup, string containerId)
    {
        var found = new List<int>();
        foreach (var tracer in Tracers(cgroup))
        {
            // A debugger's tracing is none of our business.
            if (Text($"/proc/{tracer}/comm").TrimEnd() == "criu") { found.Add(tracer); }
        }
        var runcs = Runcs(containerId);
        foreach (var runc in runcs) { found.AddRange(ProcessTree.Of(runc).Where(pid => pid != runc)); }
        return [.. runcs.Concat(found).Distinct()];
    }

    private static IEnumerable<int> Tracers(ContainerCgroup cgroup) => cgroup.Pids()
        .SelectMany(pid => Names($"/proc/{pid}/task")).Take(MaximumTasks)
        .Select(task => Number(Text(task + "/status"), "TracerPid:"))
        .Where(tracer => tracer > 0).Distinct();

    private static List<int> Runcs(string containerId)
    {
        var runcs = new List<int>();
        if (containerId.Length == 0) { return runcs; }
        foreach (var folder in Names("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) { continue; }
            var arguments = Text(folder + "/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (arguments.Contains("checkpoint") && arguments[^1] == containerId) { runcs.Add(pid); }
        }
        return runcs;
    }

    private static int Number(string text, string name)
    {
        var at = text.IndexOf(name, StringComparison.Ordinal);
        if (at < 0) { return 0; }
        var end = text.IndexOf('\n', at);
        return int.TryParse(text.AsSpan(at + name.Length, (end < 0 ? text.Length : end) - at - name.Length).Trim(), CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static string[] Names(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (IOException)
        {
            return []; // The process has ended since.
        }
    }

    private static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // The process has ended since.
        }
    }
}
