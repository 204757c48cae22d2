using System.Diagnostics;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class WriteProtectTrackerTests
{
    private const int Pages = Writer.MegaBytes << 8;

    [Fact]
    public async Task TakeWritten_FirstTime_IsAllThatIsPopulated()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);

        Assert.InRange(tracker.TakeWritten().Sum(range => range.Pages), Pages, Pages * 4);
    }

    [Fact]
    public async Task TakeWritten_Later_IsWhatWasWrittenAndLittleElse()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);
        _ = tracker.TakeWritten();
        await writer.AskAsync("w 40000000");
        await writer.AskAsync("w 7");

        var written = tracker.TakeWritten();

        Assert.Contains(written, range => Contains(range, writer.Address + 40_000_000));
        Assert.Contains(written, range => Contains(range, writer.Address + 7));
        Assert.InRange(written.Sum(range => range.Pages), 2, 200);
        Assert.DoesNotContain(written, range => Contains(range, writer.Address + 20_000_000));
    }

    [Fact]
    public async Task LookAtWritten_TakesNothing()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);
        _ = tracker.TakeWritten();
        await writer.AskAsync("w 40000000");

        var looked = ((IDirtyTracker)tracker).LookAtWritten()!;

        Assert.Contains(looked, range => Contains(range, writer.Address + 40_000_000));
        Assert.DoesNotContain(looked, range => Contains(range, writer.Address + 20_000_000));
        Assert.Contains(tracker.TakeWritten(), range => Contains(range, writer.Address + 40_000_000));
    }

    [Fact]
    public async Task Final_TellsAllPagesAndWhichWereWritten()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);
        _ = tracker.TakeWritten();
        await writer.AskAsync("w 30000000");

        var final = tracker.Final();

        Assert.InRange(final.Sum(each => each.Range.Pages), Pages, Pages * 4);
        Assert.True(final.Single(each => Contains(each.Range, writer.Address + 30_000_000)).IsWritten);
        Assert.False(final.Single(each => Contains(each.Range, writer.Address + 50_000_000)).IsWritten);
    }

    [Fact]
    public async Task Final_PagesOfFiles_AreNotAmongThem()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);
        _ = tracker.TakeWritten();
        var code = MemoryMap.Parse((await File.ReadAllLinesAsync($"/proc/{writer.Pid}/maps")).Where(line => line.Contains(" r-xp ", StringComparison.Ordinal))).Where(area => !area.IsKernels).ToList();

        var final = tracker.Final();

        Assert.NotEmpty(code);
        Assert.DoesNotContain(final, each => code.Any(area => Contains(area.Range, each.Range.Start)));
    }

    [Fact]
    public async Task Attach_LeavesTheProcessAsItWas()
    {
        using var writer = await Writer.StartAsync();
        var before = await writer.AskAsync("fds");

        using (var tracker = Attach(writer.Pid)) { _ = tracker.TakeWritten(); }

        Assert.Equal(before, await writer.AskAsync("fds"));
        Assert.Equal("written", await writer.AskAsync("w 5"));
        Assert.Equal("b", await writer.AskAsync("r 5"));
    }

    [Fact]
    public async Task Attach_InASleep_DoesNotCutItShort()
    {
        using var writer = await Writer.StartAsync();
        await writer.AskAsync("sleep");
        for (var i = 0; i < 20; i++) { using var tracker = Attach(writer.Pid); }

        var answer = writer.AskAsync("r 1");

        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300))));
        Assert.Equal("S", ProcessState(writer.Pid));
    }

    [Fact]
    public async Task TakeWritten_ProcessThatHasBecomeAnotherProgram_Throws()
    {
        using var writer = await Writer.StartAsync();
        using var tracker = Attach(writer.Pid);
        _ = tracker.TakeWritten();
        await writer.AskAsync("exec");
        while (await File.ReadAllTextAsync($"/proc/{writer.Pid}/comm") != "sleep\n") { await Task.Yield(); }

        // No page would pass for "nothing has changed", and at the end for "has no memory".
        Assert.Throws<LinuxException>(tracker.TakeWritten);
        Assert.Throws<LinuxException>(tracker.Final);
    }

    [Fact]
    public void Attach_ProcessThatIsGone_Throws()
    {
        Assert.Throws<LinuxException>(() => Attach(int.MaxValue));
    }

    private static bool Contains(PageRange range, ulong address) => range.Start <= address && address < range.End;

    private static string ProcessState(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1][..1];

    /// <summary>Nobody is left to take the descriptor over: the process gets its registers back all the same, and keeps nothing.</summary>
    [Fact]
    public async Task Inject_AgentDiesAtOnce_ProcessGoesOn()
    {
        using var writer = await Writer.StartAsync();
        var before = await writer.AskAsync("fds");
        for (var i = 0; i < 20; i++)
        {
            using var helper = Process.Start(new ProcessStartInfo(TrackerOfThisNode.Wrapper, ["inject", "--pid", $"{writer.Pid}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            helper.StandardInput.Close();
            helper.StandardOutput.Close();
            await helper.WaitForExitAsync();
        }

        Assert.Equal(before, await writer.AskAsync("fds"));
        Assert.Equal("written", await writer.AskAsync("w 5"));
        Assert.Equal("b", await writer.AskAsync("r 5"));
    }

    private static WriteProtectTracker Attach(int pid) => WriteProtectTracker.Attach(pid, () => InjectionProcess.OpenUserFault(TrackerOfThisNode.Wrapper, pid));
}
