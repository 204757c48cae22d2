using System.Diagnostics;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Nodes;

/// <summary>A long-running program of a node (or of the lab's own root), with its output in a file.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly bool entered;

    private NodeProcess(string name, string logFile, Process process, bool entered)
    {
        Name = name;
        LogFile = logFile;
        this.process = process;
        this.entered = entered;
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <summary>Completes when the program has ended.</summary>
    public Task Exited { get; }

    /// <summary>Once it has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>The program's own pid as the lab sees it; null when it has ended. nsenter stays as its parent when it enters a PID namespace.</summary>
    public int? Pid => Exited.IsCompleted ? null : !entered ? process.Id : ProcessTree.Children(process.Id) is [var child, ..] ? child : null;

    /// <param name="argv">The command, already prefixed with <see cref="NodeNamespaces.Enter"/> when it is to run in a node.</param>
    internal static NodeProcess Start(string name, string logFile, IReadOnlyList<string> argv, bool entered)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        // The shell opens the log in the lab's file system, then becomes the program.
        var info = new ProcessStartInfo("bash", ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", logFile, .. argv]);
        return new NodeProcess(name, logFile, Process.Start(info)!, entered);
    }

    /// <summary>Sends a signal to the program; false when it is gone.</summary>
    public bool Signal(int signal) => Pid is { } pid && ProcessTree.Signal(pid, signal);

    /// <summary>SIGKILL, and waits for the end.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        await Poll.UntilAsync(() => Exited.IsCompleted || Signal(ProcessTree.SigKill), EndLimit, $"{Name} has a process to kill", cancel);
        await Exited.WaitAsync(EndLimit, cancel);
    }

    /// <summary>The end of the log, for messages.</summary>
    public async Task<string> LogTailAsync(int lines, CancellationToken cancel) =>
        File.Exists(LogFile) ? string.Join('\n', (await File.ReadAllLinesAsync(LogFile, cancel)).TakeLast(lines)) : "";

    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        process.Dispose();
    }
}
