using System.Globalization;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Cgroups;

/// <summary>One cgroup path with everything below it, in all hierarchies of the machine at once.</summary>
internal sealed class CgroupTree(string path)
{
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(20);

    public string Path { get; } = path;

    /// <summary>Makes the cgroup everywhere. A new cpuset of version 1 takes no process before it has CPUs and memory nodes, so these are copied from its parent.</summary>
    public void Create()
    {
        foreach (var hierarchy in Hierarchy.Mounted())
        {
            var folder = hierarchy.PathOf(Path);
            Directory.CreateDirectory(folder);
            if (!hierarchy.IsV2 && hierarchy.Controllers.Contains("cpuset"))
            {
                CopyCpuset(hierarchy.MountPoint, folder);
            }
        }
    }

    public bool Exists() => Hierarchy.Mounted().Any(hierarchy => Directory.Exists(hierarchy.PathOf(Path)));

    /// <summary>Pids of all processes at or below the path, as seen from the caller's PID namespace.</summary>
    public IReadOnlySet<int> Pids() => Hierarchy.Mounted().SelectMany(hierarchy => Below(hierarchy.PathOf(Path))).SelectMany(PidsOf).ToHashSet();

    /// <summary>Kills everything in the tree, thaws it so that it can die, and removes the cgroups.</summary>
    /// <exception cref="TimeoutException">Something in it did not die.</exception>
    public async Task RemoveAsync(CancellationToken cancel)
    {
        await Poll.UntilAsync(TryRemove, RemovalLimit, $"cgroup {Path} empty; left: {string.Join(' ', Pids())}", cancel);
    }

    private bool TryRemove()
    {
        foreach (var hierarchy in Hierarchy.Mounted())
        {
            // Parents first: a child of a frozen cgroup of version 1 stays frozen.
            var folders = Below(hierarchy.PathOf(Path)).ToArray();
            foreach (var pid in folders.SelectMany(PidsOf))
            {
                ProcessTree.Signal(pid, ProcessTree.SigKill);
            }

            foreach (var folder in folders)
            {
                Write(folder, hierarchy.IsV2 ? "cgroup.freeze" : "freezer.state", hierarchy.IsV2 ? "0" : "THAWED");
            }

            foreach (var folder in folders.Reverse())
            {
                TryDelete(folder);
            }
        }

        return !Exists();
    }

    private static void CopyCpuset(string root, string folder)
    {
        var parent = root;
        foreach (var part in folder[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var child = parent + "/" + part;
            foreach (var file in (string[])["cpuset.cpus", "cpuset.mems"])
            {
                if (string.IsNullOrWhiteSpace(File.ReadAllText(child + "/" + file)))
                {
                    File.WriteAllText(child + "/" + file, File.ReadAllText(parent + "/" + file));
                }
            }

            parent = child;
        }
    }

    private static IEnumerable<string> Below(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        yield return folder;
        foreach (var below in Subfolders(folder).SelectMany(Below))
        {
            yield return below;
        }
    }

    private static string[] Subfolders(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static IEnumerable<int> PidsOf(string folder)
    {
        try
        {
            return File.ReadAllLines(folder + "/cgroup.procs").Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Where(pid => pid > 0).ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The cgroup vanished meanwhile, or is threaded and answers "operation not supported".
            return [];
        }
    }

    private static void Write(string folder, string file, string value)
    {
        try
        {
            if (File.Exists(folder + "/" + file))
            {
                File.WriteAllText(folder + "/" + file, value);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The cgroup vanished meanwhile; the next round of removal looks again.
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            // Not recursive: a cgroup's files cannot be deleted, rmdir alone removes it.
            Directory.Delete(folder, recursive: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A dying process is still in it; the next round of removal tries again.
        }
    }
}
