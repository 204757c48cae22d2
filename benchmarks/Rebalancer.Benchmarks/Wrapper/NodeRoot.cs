using System.Diagnostics;

namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>
/// A lab node's root file system, writable by an overlay on tmpfs, with what runc needs mounted in it. It lives in the lab's private mount
/// namespace and ends with it; the cached root itself is not changed.
/// </summary>
internal sealed class NodeRoot
{
    private const string Variable = "REBALANCER_ROOTFS";
    private const string LabVariable = "REBALANCER_LAB";
    private const string Scratch = "/run/rebalancer-bench";

    private NodeRoot(string path, string cgroup)
    {
        Path = path;
        Cgroup = cgroup;
    }

    public string Path { get; }

    /// <summary>Parent of our cgroups, which the lab removes when it ends.</summary>
    public string Cgroup { get; }

    /// <summary>A path inside the root as it is seen from outside.</summary>
    public string Outside(string inside) => Path + inside;

    /// <exception cref="InvalidOperationException">Not inside the lab's namespaces, or a mount failed.</exception>
    public static NodeRoot Mount()
    {
        var lower = Need(Variable);
        var root = Scratch + "/root";
        Directory.CreateDirectory(Scratch);
        Run("mount", "-t", "tmpfs", "tmpfs", Scratch);
        foreach (var folder in (string[])["upper", "work", "root"]) { Directory.CreateDirectory($"{Scratch}/{folder}"); }
        Run("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={lower},upperdir={Scratch}/upper,workdir={Scratch}/work", root);
        Run("mount", "-t", "proc", "proc", root + "/proc");
        Run("mount", "--rbind", "/sys", root + "/sys");
        Run("mount", "--rbind", "/dev", root + "/dev");
        Run("mount", "-t", "tmpfs", "tmpfs", root + "/run");
        return new NodeRoot(root, $"/rebalancer-lab-{Need(LabVariable)}/bench");
    }

    private static string Need(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value : throw new InvalidOperationException($"{name} is not set: this benchmark runs inside the lab's namespaces; use `make bench-wrapper`");

    private static void Run(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        if (process.ExitCode != 0) { throw new InvalidOperationException($"{string.Join(' ', command)} exited {process.ExitCode}"); }
    }
}
