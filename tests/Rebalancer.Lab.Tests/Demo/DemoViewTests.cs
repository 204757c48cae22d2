using Rebalancer.Lab.Demo;
using Spectre.Console;

namespace Rebalancer.Lab.Tests.Demo;

public sealed class DemoViewTests
{
    private static readonly DemoSnapshot Moving = new()
    {
        Headline = "spot-1 [terminates]",
        DeadlineSeconds = 97,
        Moves = [new MoveRow("redis-x", "spot-1", "spot-2", "Freezing", "Frozen", "Prepared", 12_300_000, 120)],
    };

    [Fact]
    public async Task Plain_UnchangedSnapshot_IsWrittenOnce()
    {
        var output = new StringWriter();
        var looks = 0;
        var work = new TaskCompletionSource();
        await new PlainDemoView(output, TimeProvider.System).ShowAsync(
            () =>
            {
                if (++looks == 4)
                {
                    work.SetResult();
                }

                return Moving;
            },
            work.Task,
            CancellationToken.None);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("redis-x: spot-1 -> spot-2 Freezing source=Frozen target=Prepared sent=12.3 MB freeze=120 ms", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_WorkFails_ShowsAndRethrows() => await Assert.ThrowsAsync<TimeoutException>(() =>
        new PlainDemoView(TextWriter.Null, TimeProvider.System).ShowAsync(() => Moving, Task.FromException(new TimeoutException()), CancellationToken.None));

    [Fact]
    public async Task Live_LastSnapshot_IsDrawn()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = 160;
        await new LiveDemoView(console, TimeProvider.System).ShowAsync(() => Moving, Task.CompletedTask, CancellationToken.None);
        Assert.Contains("spot-1 [terminates]", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("12.3 MB", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("node goes away in 97 s", output.ToString(), StringComparison.Ordinal);
    }
}
