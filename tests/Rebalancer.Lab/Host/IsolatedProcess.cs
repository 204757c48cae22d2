using System.Diagnostics;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>A command in private mount, network and PID namespaces. It dies with this process, and everything it started dies with it.</summary>
internal sealed class IsolatedProcess
{
    // The shell is the namespace's first process: it reaps what is orphaned in it. Its end waits for all processes in it, and a frozen one of
    // cgroup version 1 does not die before it is thawed; so kill and thaw first.
    private const string Init = """
        ip link set lo up; "$@"; code=$?
        frozen=$(find /sys/fs/cgroup -path "*/rebalancer-lab-$REBALANCER_LAB/*" -name freezer.state 2>/dev/null)
        for f in $frozen; do kill -9 $(cat "${f%/*}/cgroup.procs") 2>/dev/null; done
        for f in $frozen; do echo THAWED > "$f"; done
        exit $code
        """;

    private readonly TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IsolatedProcess(LabSlot slot, IReadOnlyList<string> argv)
    {
        // The parent-death signal is sent when the thread ends that started the child, so that thread stays with it.
        new Thread(() => Run(slot, argv)) { Name = "lab", IsBackground = true }.Start();
    }

    public static IsolatedProcess Start(LabSlot slot, IReadOnlyList<string> argv) => new(slot, argv);

    /// <summary>The command's exit code; 128 + signal when it was killed.</summary>
    public Task<int> Ended => ended.Task;

    /// <summary>Asks the command itself to end.</summary>
    public async Task SignalAsync(int signal)
    {
        foreach (var command in ProcessTree.Children(await InitPidAsync()))
        {
            ProcessTree.Signal(command, signal);
        }
    }

    /// <summary>Kills the namespace's first process, and with it everything but frozen processes.</summary>
    public async Task KillAsync() => ProcessTree.Signal(await InitPidAsync(), ProcessTree.SigKill);

    private async Task<int> InitPidAsync() => ProcessTree.Children((await started.Task).Id).FirstOrDefault(-1) is var pid and > 0 ? pid : int.MaxValue;

    private void Run(LabSlot slot, IReadOnlyList<string> argv)
    {
        try
        {
            string[] isolate = ["--pdeathsig", "KILL", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
            var info = new ProcessStartInfo("setpriv", [.. isolate, "bash", "-c", Init, "lab", .. argv]);
            info.Environment[LabSlot.Variable] = slot.Name;
            info.Environment[RootFileSystem.Variable] = RootFileSystem.Path;
            info.Environment[RootFileSystem.KubectlVariable] = RootFileSystem.Kubectl;
            using var process = Process.Start(info)!;
            started.SetResult(process);
            process.WaitForExit();
            ended.SetResult(process.ExitCode);
        }
        catch (Exception error)
        {
            started.TrySetException(error);
            ended.TrySetException(error);
        }
    }
}
