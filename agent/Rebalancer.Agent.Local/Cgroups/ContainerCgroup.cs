using System.Globalization;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Agent.Local.Cgroups;

/// <summary>A container's cgroup as far as freezing and killing go: a folder of the version 1 freezer hierarchy, or of version 2.</summary>
public sealed class ContainerCgroup
{
    private const int MaximumKillRounds = 1000;
    private readonly string folder;
    private readonly bool isVersion1;
    private readonly TimeProvider clock;

    private ContainerCgroup(string folder, bool isVersion1, TimeProvider clock)
    {
        this.folder = folder;
        this.isVersion1 = isVersion1;
        this.clock = clock;
    }

    /// <summary>Null when the folder is no cgroup with a freezer, which is also how a cgroup looks that is gone.</summary>
    public static ContainerCgroup? TryOpen(string folder, TimeProvider clock)
    {
        if (File.Exists(Path.Combine(folder, "freezer.state"))) { return new ContainerCgroup(folder, true, clock); }
        return File.Exists(Path.Combine(folder, "cgroup.freeze")) ? new ContainerCgroup(folder, false, clock) : null;
    }

    public bool IsFrozen => isVersion1
        ? Text(folder, "freezer.state") == "FROZEN"
        : Text(folder, "cgroup.events").Contains("frozen 1", StringComparison.Ordinal);

    /// <returns>False when the tasks did not all stop within the limit; the cgroup is then still freezing.</returns>
    public bool Freeze(TimeSpan limit)
    {
        Set(folder, frozen: true);
        return Reach(() => IsFrozen, limit);
    }

    /// <summary>Freezes several as close together as possible: all are told before the first is waited for.</summary>
    /// <returns>Those that did not stop within the limit; they are still freezing.</returns>
    public static IReadOnlyList<ContainerCgroup> FreezeAll(IReadOnlyList<ContainerCgroup> cgroups, TimeSpan limit)
    {
        foreach (var each in cgroups) { each.Set(each.folder, frozen: true); }
        return [.. cgroups.Where(each => !each.Reach(() => each.IsFrozen, limit))];
    }

    /// <summary>Moves processes that are not the container's own, such as the CRIU that restored it, to the root of the hierarchy: a freeze must not stop them.</summary>
    public void Expel(IEnumerable<int> pids)
    {
        var root = folder;
        while (Path.GetDirectoryName(root) is { } above && File.Exists(Path.Combine(above, "cgroup.procs"))) { root = above; }
        foreach (var pid in pids)
        {
            try
            {
                File.WriteAllText(Path.Combine(root, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It has ended since; one that has not would be frozen too, which the caller notices by its limit.
            }
        }
    }

    /// <summary>Thaws the cgroup and those below it. Nothing happens where it runs already or is gone.</summary>
    public void Thaw()
    {
        foreach (var each in WithDescendants()) { Set(each, frozen: false); }
    }

    /// <summary>Host pids of all processes, those of cgroups below included.</summary>
    public IReadOnlyList<int> Pids()
    {
        var pids = new List<int>();
        foreach (var each in WithDescendants())
        {
            foreach (var line in Text(each, "cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0) { pids.Add(pid); }
            }
        }
        return pids;
    }

    /// <summary>
    /// Sends SIGKILL to every process while the cgroup stays as it is. In a frozen one nothing can fork, so that afterwards every process is
    /// armed: whoever thaws it, not one instruction of the program runs. `runc kill` alone arms only the first process.
    /// </summary>
    public void KillEach()
    {
        if (!isVersion1) { Write(Path.Combine(folder, "cgroup.kill"), "1"); }
        var armed = new HashSet<int>();
        for (var round = 0; round < MaximumKillRounds; round++)
        {
            var isNew = false;
            foreach (var pid in Pids())
            {
                if (!armed.Add(pid)) { continue; }
                isNew = true;
                _ = SystemCalls.Kill(pid, SystemCalls.SigKill);
            }
            if (!isNew) { return; }
        }
    }

    /// <summary>
    /// In a frozen cgroup of version 1: every process gets SIGKILL and stays as it is, so that it looks alive and can only die. Version 2 lets frozen
    /// processes die at once, so that nothing is done there.
    /// </summary>
    public void Arm()
    {
        if (isVersion1 && IsFrozen) { KillEach(); }
    }

    /// <summary>Kills every process while frozen, thaws, and waits until none is left.</summary>
    /// <returns>False when some were left at the limit.</returns>
    public bool KillAllAndThaw(TimeSpan limit)
    {
        KillEach();
        Thaw();
        return Reach(() =>
        {
            KillEach();
            return Pids().Count == 0;
        }, limit);
    }

    private bool Reach(Func<bool> condition, TimeSpan limit)
    {
        var start = clock.GetTimestamp();
        while (!condition())
        {
            if (clock.GetElapsedTime(start) >= limit) { return false; }
            SystemCalls.PauseMs(1);
        }
        return true;
    }

    private List<string> WithDescendants()
    {
        var all = new List<string> { folder };
        try
        {
            all.AddRange(Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories));
        }
        catch (DirectoryNotFoundException)
        {
            // Gone, or going: the kernel removes no cgroup that has processes.
        }
        return all;
    }

    private void Set(string cgroup, bool frozen)
    {
        if (isVersion1) { Write(Path.Combine(cgroup, "freezer.state"), frozen ? "FROZEN" : "THAWED"); }
        else { Write(Path.Combine(cgroup, "cgroup.freeze"), frozen ? "1" : "0"); }
    }

    private static void Write(string path, string value)
    {
        try
        {
            File.WriteAllText(path, value);
        }
        catch (IOException) when (!File.Exists(path))
        {
            // A cgroup that is gone needs neither thawing nor killing; cgroup.kill is missing before Linux 5.14, where single signals follow.
        }
        catch (UnauthorizedAccessException) when (!File.Exists(path))
        {
            // The same, seen on a cgroup file system, where nothing can be created.
        }
    }

    private static string Text(string cgroup, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(cgroup, file)).TrimEnd('\n');
        }
        catch (IOException)
        {
            // ENOENT or ENODEV: the cgroup went away between listing and reading, and with it its processes.
            return "";
        }
    }
}
