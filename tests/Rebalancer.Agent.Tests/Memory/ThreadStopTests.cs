using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class ThreadStopTests
{
    [Fact]
    public async Task While_EveryThreadStandsStillAndGoesOn()
    {
        using var writer = await Writer.StartAsync();
        var states = "";

        _ = ThreadStop.While(writer.Pid, TimeProvider.System, () => states = States(writer.Pid));

        Assert.Equal("t", states);
        Assert.Equal("written", await writer.AskAsync("w 5"));
        Assert.Contains("TracerPid:\t0\n", File.ReadAllText($"/proc/{writer.Pid}/status"), StringComparison.Ordinal);
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

    private static string States(int pid) =>
        string.Concat(Directory.GetDirectories($"/proc/{pid}/task").Select(task => File.ReadAllText($"{task}/stat").Split(") ")[1][..1]).Distinct());
}
