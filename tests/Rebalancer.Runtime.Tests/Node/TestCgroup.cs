using System.Diagnostics;
using System.Globalization;
using Rebalancer.Agent.Local.Cgroups;

namespace Rebalancer.Runtime.Tests.Node;

/// <summary>A real cgroup of its own with real processes in it, of either version. Needs root.</summary>
internal sealed class TestCgroup : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly List<Process> started = [];
    private readonly string? mounted;

    public TestCgroup(int version)
    {
        var known = version == 1 ? "/sys/fs/cgroup/freezer" : "/sys/fs/cgroup/unified";
        if (!Directory.Exists(known))
        {
            mounted = known = Directory.CreateTempSubdirectory("rbcg").FullName;
            Command.Run("mount", version == 1 ? ["-t", "cgroup", "-o", "freezer", "none", known] : ["-t", "cgroup2", "none", known]);
        }
        Version = version;
        Folder = Path.Combine(known, "rebalancer-test-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Folder);
        Freezer = ContainerCgroup.TryOpen(Folder, TimeProvider.System) ?? throw new InvalidOperationException($"{Folder} has no freezer: these tests need root and cgroups");
    }

    public int Version { get; }
    public string Folder { get; }
    public ContainerCgroup Freezer { get; }

    /// <summary>Starts a shell command inside the cgroup.</summary>
    public Process Start(string shell)
    {
        var info = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", $"echo $$ > {Folder}/cgroup.procs; {shell}" }, RedirectStandardOutput = true };
        var process = Process.Start(info)!;
        started.Add(process);
        Eventually(() => Freezer.Pids().Contains(process.Id), "the process is in its cgroup");
        return process;
    }

    /// <summary>Starts processes that write to one file each without a pause, so that a single step of any of them shows.</summary>
    public Process StartWriters(string folder, int count)
    {
        var process = Start($"for i in $(seq {count}); do (while :; do echo x >> {folder}/count-$i; done) & done; wait");
        Eventually(() => Directory.GetFiles(folder, "count-*").Length == count, "all writers write");
        return process;
    }

    public static long Written(string folder) => Directory.GetFiles(folder, "count-*").Sum(f => new FileInfo(f).Length);

    public static void Eventually(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > (limit ?? Limit)) { throw new TimeoutException($"not within {(limit ?? Limit).TotalSeconds.ToString(CultureInfo.InvariantCulture)} s: {what}"); }
            Thread.Yield();
        }
    }

    public void Dispose()
    {
        Freezer.KillAllAndThaw(Limit);
        foreach (var process in started)
        {
            process.WaitForExit();
            process.Dispose();
        }
        foreach (var folder in Directory.GetDirectories(Folder).Append(Folder)) { Eventually(() => TryRemove(folder), $"{folder} can be removed"); }
        if (mounted is not null)
        {
            Command.Run("umount", [mounted]);
            Directory.Delete(mounted);
        }
    }

    private static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
