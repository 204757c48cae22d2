using System.Runtime.InteropServices;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>`exec`: makes the machine ready, runs a command in the lab's namespaces, and leaves nothing behind, however the command ended.</summary>
internal static class IsolatedRun
{
    /// <summary>How long the command may take to end after it was asked to.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(LabSlot slot, TimeSpan waitLimit, IReadOnlyList<string> argv, TextWriter log, CancellationToken cancel)
    {
        await HostPackages.EnsureAsync(log, cancel);
        await RootFileSystem.EnsureAsync(log, cancel);
        using var slotLock = await SlotLock.AcquireAsync(slot, waitLimit, log, cancel);
        await Janitor.CleanMachineAsync(slot, cancel);
        using var watchdog = Watchdog.Start(slot);
        try
        {
            PipeLimits.Raise(slot);
            return await RunCommandAsync(slot, argv, log);
        }
        finally
        {
            await Janitor.CleanMachineAsync(slot, CancellationToken.None);
        }
    }

    private static async Task<int> RunCommandAsync(LabSlot slot, IReadOnlyList<string> argv, TextWriter log)
    {
        var asked = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = Catch(PosixSignal.SIGINT, ProcessTree.SigInt, asked);
        using var terminate = Catch(PosixSignal.SIGTERM, ProcessTree.SigTerm, asked);
        using var hangUp = Catch(PosixSignal.SIGHUP, ProcessTree.SigTerm, asked);
        var command = IsolatedProcess.Start(slot, argv);
        if (await Task.WhenAny(command.Ended, asked.Task) == asked.Task)
        {
            await EndAsync(slot, command, await asked.Task, log);
        }

        return await command.Ended;
    }

    private static async Task EndAsync(LabSlot slot, IsolatedProcess command, int signal, TextWriter log)
    {
        // A terminal sends Ctrl-C to the command as well; twice the same signal does no harm.
        await command.SignalAsync(signal);
        if (await EndedWithinAsync(command))
        {
            return;
        }

        log.WriteLine($"the command did not end within {EndLimit.TotalSeconds:0} s of signal {signal}: killing it");
        await command.KillAsync();
        // The namespace ends only when its frozen processes are thawed, too.
        await new CgroupTree(slot.Cgroup).RemoveAsync(CancellationToken.None);
    }

    private static async Task<bool> EndedWithinAsync(IsolatedProcess command)
    {
        using var limit = new CancellationTokenSource();
        var first = await Task.WhenAny(command.Ended, Task.Delay(EndLimit, TimeProvider.System, limit.Token));
        await limit.CancelAsync();
        return first == command.Ended;
    }

    private static PosixSignalRegistration Catch(PosixSignal signal, int number, TaskCompletionSource<int> asked) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                asked.TrySetResult(number);
            });
}
