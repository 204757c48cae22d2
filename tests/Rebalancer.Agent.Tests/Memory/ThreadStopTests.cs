using System.Diagnostics;
using System.Globalization;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class ThreadStopTests
{
    private const int Threads = 9;

    /// <summary>Threads that only count, and a first one that prints the sum of what they counted for each line it is given.</summary>
    private const string Counting = """
        import os, sys, threading
        counts = [0] * 8
        def count(own):
            while True: counts[own] += 1
        for own in range(8): threading.Thread(target=count, args=(own,), daemon=True).start()
        print(os.getpid(), flush=True)
        for line in sys.stdin: print(sum(counts), flush=True)
        """;

    [Fact]
    public async Task While_EveryThreadStandsStillAndGoesOn()
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 3<&0; python3 -u -c \"$1\" <&3 & exit", "sh", Counting]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var pid = int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        try
        {
            await Task.Run(() => SpinWait.SpinUntil(() => Directory.GetDirectories($"/proc/{pid}/task").Length == Threads));
            var states = new List<string>();

            for (var i = 0; i < 20; i++) { _ = ThreadStop.While(pid, TimeProvider.System, () => states.AddRange(States(pid))); }

            Assert.Equal(Enumerable.Repeat("t", 20 * Threads), states);
            Assert.Contains("TracerPid:\t0\n", await File.ReadAllTextAsync($"/proc/{pid}/status"), StringComparison.Ordinal);
            var first = await SumAsync(shell);
            while (await SumAsync(shell) == first) { await Task.Yield(); }
        }
        finally
        {
            _ = SystemCalls.Kill(pid, SystemCalls.SigKill);
        }
    }

    [Fact]
    public async Task While_ActionThatFails_ProcessGoesOn()
    {
        using var writer = await Writer.StartAsync();

        Assert.Throws<InvalidDataException>(() => ThreadStop.While(writer.Pid, TimeProvider.System, () => throw new InvalidDataException()));

        Assert.Equal("written", await writer.AskAsync("w 5"));
    }

    [Fact]
    public async Task While_InASleep_DoesNotCutItShort()
    {
        using var writer = await Writer.StartAsync();
        await writer.AskAsync("sleep");
        for (var i = 0; i < 20; i++) { _ = ThreadStop.While(writer.Pid, TimeProvider.System, () => { }); }

        var answer = writer.AskAsync("r 1");

        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300))));
    }

    [Fact]
    public void While_ProcessThatIsGone_Throws() => Assert.Throws<LinuxException>(() => ThreadStop.While(int.MaxValue, TimeProvider.System, () => { }));

    private static async Task<long> SumAsync(Process shell)
    {
        await shell.StandardInput.WriteLineAsync("");
        await shell.StandardInput.FlushAsync();
        return long.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> States(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Select(task => File.ReadAllText($"{task}/stat").Split(") ")[1][..1]);
}
