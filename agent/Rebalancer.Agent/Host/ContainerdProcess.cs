using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rebalancer.Agent.Checkpoint;

namespace Rebalancer.Agent.Host;

/// <summary>The containerd that runs on this node: how it was started, and how it is started again.</summary>
internal sealed class ContainerdProcess(string socket, TimeProvider clock)
{
    private const string UsualConfig = "/etc/containerd/config.toml";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200), EndLimit = TimeSpan.FromSeconds(30), SupervisorLimit = TimeSpan.FromSeconds(5);

    /// <summary>As of the first look; see <see cref="Look"/>.</summary>
    public required int Pid { get; init; }
    public required string Program { get; init; }
    public required IReadOnlyList<string> Arguments { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The file that it was told to read.</summary>
    public string ConfigPath => Option("--config") ?? Option("-c") ?? UsualConfig;

    /// <exception cref="InstallException">Nobody listens on the socket.</exception>
    public static ContainerdProcess Look(string socket, TimeProvider clock)
    {
        var pid = SocketPeer.PidOf(socket) ?? throw new InstallException($"nobody listens on {socket}");
        var environment = Split($"/proc/{pid}/environ").Select(each => each.Split('=', 2)).Where(each => each.Length == 2).DistinctBy(each => each[0]).ToDictionary(each => each[0], each => each[1]);
        return new ContainerdProcess(socket, clock)
        {
            Pid = pid,
            Program = new FileInfo($"/proc/{pid}/exe").LinkTarget ?? throw new InstallException($"the program of process {pid}, which listens on {socket}, is not visible"),
            Arguments = [.. Split($"/proc/{pid}/cmdline").Skip(1)],
            Environment = environment,
        };
    }

    /// <summary>The whole configuration as it would read it now.</summary>
    /// <exception cref="InstallException">It cannot: the configuration is broken.</exception>
    public async Task<ContainerdDump> DumpAsync(CancellationToken cancellation)
    {
        using var child = Child.Start(Program, ["--config", ConfigPath, "config", "dump"]);
        var output = await child.Process.StandardOutput.ReadToEndAsync(cancellation);
        return await child.WaitAsync(cancellation) == 0 ? ContainerdDump.Parse(output) : throw new InstallException($"{Program} --config {ConfigPath} config dump failed: {child.Errors}");
    }

    /// <summary>A program by name, as containerd itself would find it.</summary>
    public string? Find(string program) => Path.IsPathFullyQualified(program) ? program
        : Environment.GetValueOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Pods live on in their shims. By systemd where that has started it; else it ends, and whoever supervises it, or we, start it again as it was.</summary>
    /// <exception cref="InstallException">It did not end, or could not be started.</exception>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        if (Unit() is { } unit)
        {
            using var systemctl = Child.Start("systemctl", ["restart", unit]);
            if (await systemctl.WaitAsync(cancellation) != 0) { throw new InstallException($"systemctl restart {unit} failed: {systemctl.Errors}"); }
            return;
        }

        var before = SocketPeer.PidOf(socket) ?? Pid;
        var launch = Launch(before);
        using (var process = Process.GetProcessById(before))
        {
            _ = Local.Native.SystemCalls.Kill(before, Local.Native.SystemCalls.SigTerm);
            await process.WaitForExitAsync(cancellation).WaitAsync(EndLimit, clock, cancellation);
        }

        if (await IsBackAsync(before, cancellation)) { return; }
        using var started = Process.Start(launch)!;
        await started.WaitForExitAsync(cancellation);
        if (started.ExitCode != 0) { throw new InstallException($"{Program} could not be started again: {started.ExitCode}"); }
    }

    private async Task<bool> IsBackAsync(int before, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (clock.GetElapsedTime(since) < SupervisorLimit)
        {
            if (SocketPeer.PidOf(socket) is { } now && now != before) { return true; }
            await Task.Delay(Poll, clock, cancellation);
        }

        return false;
    }

    /// <summary>The unit of a node that systemd runs.</summary>
    private string? Unit()
    {
        if (File.ReadAllText("/proc/1/comm").Trim() != "systemd") { return null; }
        return File.ReadLines($"/proc/{Pid}/cgroup").Select(line => line[(line.LastIndexOf('/') + 1)..]).FirstOrDefault(name => name.EndsWith(".service", StringComparison.Ordinal));
    }

    /// <summary>The same command line, environment, folder, output and cgroups; in a session of its own, so that it outlives us.</summary>
    private ProcessStartInfo Launch(int pid)
    {
        var script = new StringBuilder();
        foreach (var procs in Cgroups(pid)) { script.Append(CultureInfo.InvariantCulture, $"echo $$ 2>/dev/null > {procs} || true; "); }
        script.Append(CultureInfo.InvariantCulture, $"exec < /dev/null >> {Output(pid, 1)} 2>> {Output(pid, 2)}; setsid \"$@\" & exit 0");
        var launch = new ProcessStartInfo("/bin/sh", ["-c", script.ToString(), "containerd", Program, .. Arguments]) { UseShellExecute = false, WorkingDirectory = new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget ?? "/" };
        launch.Environment.Clear();
        foreach (var (name, value) in Environment) { launch.Environment[name] = value; }
        return launch;
    }

    private static string Output(int pid, int number) => new FileInfo($"/proc/{pid}/fd/{number}").LinkTarget is ['/', ..] target && File.Exists(target) ? target : "/dev/null";

    private static IEnumerable<string> Cgroups(int pid) => File.ReadLines($"/proc/{pid}/cgroup").Select(line => line.Split(':', 3)).Where(each => each.Length == 3)
        .Select(each => $"/sys/fs/cgroup{(each[1].Length == 0 ? "" : "/" + each[1].Replace("name=", "", StringComparison.Ordinal))}{each[2]}/cgroup.procs").Where(File.Exists);

    private string? Option(string name)
    {
        for (var i = 0; i < Arguments.Count; i++)
        {
            if (Arguments[i] == name && i + 1 < Arguments.Count) { return Arguments[i + 1]; }
            if (Arguments[i].StartsWith(name + "=", StringComparison.Ordinal)) { return Arguments[i][(name.Length + 1)..]; }
        }

        return null;
    }

    private static string[] Split(string file) => File.ReadAllText(file).Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
