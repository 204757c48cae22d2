using System.Diagnostics;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Host;

/// <summary>`exec` as a process, in a slot of its own: what it returns and what it leaves, however the command ends.</summary>
[Collection(LabCollection.Name)]
public sealed class ExecTests : IDisposable
{
    // Freezes a sleep in a cgroup of the lab, in whichever version of cgroups the machine freezes with.
    private const string FrozenSleep = """
        for root in /sys/fs/cgroup/freezer /sys/fs/cgroup/unified /sys/fs/cgroup; do
          if [ -e $root/cgroup.procs ]; then break; fi
        done
        group=$root/rebalancer-lab-$REBALANCER_LAB/frozen; mkdir -p $group
        sleep 1000 & echo $! > $group/cgroup.procs
        if [ -e $group/freezer.state ]; then echo FROZEN > $group/freezer.state; else echo 1 > $group/cgroup.freeze; fi
        mkdir -p /var/lib/rebalancer-lab/$REBALANCER_LAB; touch /var/lib/rebalancer-lab/$REBALANCER_LAB/left; echo frozen;
        """;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(40);

    private readonly LabSlot slot = new($"test{Environment.ProcessId}");
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        limit.Dispose();
        File.Delete(slot.LockFile);
        File.Delete(slot.OwnerFile);
    }

    [Fact]
    public async Task Exec_Command_ReturnsItsExitCodeAndOutput()
    {
        var result = await Command.RunAsync([.. Exec(), "bash", "-c", $"echo $REBALANCER_LAB; [ $(readlink /proc/self/ns/net) != '{Network()}' ] && echo isolated; exit 7"], limit.Token, limit: EndLimit);
        Assert.Equal((7, $"{slot.Name}\nisolated\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Exec_CommandLeavesAFrozenProcess_EndsAndCleans()
    {
        var result = await Command.RunAsync([.. Exec(), "bash", "-c", FrozenSleep + "exit 3"], limit.Token, limit: EndLimit);
        Assert.Equal((3, "frozen\n"), (result.ExitCode, result.Output));
        AssertClean();
    }

    [Fact]
    public async Task Exec_Terminated_EndsTheCommandAndCleans()
    {
        using var exec = await StartFrozenAsync();
        ProcessTree.Signal(exec.Id, ProcessTree.SigTerm);
        await exec.WaitForExitAsync(limit.Token);
        Assert.NotEqual(0, exec.ExitCode);
        AssertClean();
    }

    [Fact]
    public async Task Exec_Killed_IsCleanedUpByItsWatchdog()
    {
        using var exec = await StartFrozenAsync();
        ProcessTree.Signal(exec.Id, ProcessTree.SigKill);
        await Poll.UntilAsync(() => !Directory.Exists(slot.Folder) && !new CgroupTree(slot.Cgroup).Exists(), EndLimit, "the killed lab is cleaned up", limit.Token);
    }

    [Fact]
    public async Task Exec_SlotInUse_SaysByWhom()
    {
        using var exec = await StartFrozenAsync();
        var second = await Command.RunAsync([.. Exec("--wait", "0"), "true"], limit.Token, limit: EndLimit);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"lab {slot.Name} is in use by process {exec.Id}", second.Error, StringComparison.Ordinal);
        ProcessTree.Signal(exec.Id, ProcessTree.SigTerm);
        await exec.WaitForExitAsync(limit.Token);
    }

    private static string Network() => new FileInfo("/proc/self/ns/net").LinkTarget!;

    private string[] Exec(params string[] options) =>
        ["dotnet", typeof(LabCluster).Assembly.Location, "exec", "--slot", slot.Name, .. options, "--"];

    private async Task<Process> StartFrozenAsync()
    {
        string[] argv = [.. Exec(), "bash", "-c", FrozenSleep + "wait"];
        var exec = Process.Start(new ProcessStartInfo(argv[0], argv[1..]) { RedirectStandardOutput = true })!;
        Assert.Equal("frozen", await exec.StandardOutput.ReadLineAsync(limit.Token));
        return exec;
    }

    private void AssertClean()
    {
        Assert.False(new CgroupTree(slot.Cgroup).Exists());
        Assert.False(Directory.Exists(slot.Folder));
    }
}
