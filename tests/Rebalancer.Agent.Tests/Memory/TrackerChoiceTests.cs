using Rebalancer.Agent.Memory;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class TrackerChoiceTests
{
    [Fact]
    public async Task Choose_BestWorks_SaysNothing()
    {
        var chosen = await TrackerChoice.ChooseAsync(TrackerKind.InOrder, _ => Task.FromResult<string?>(null));

        Assert.Equal((Trackers.WriteProtect, ""), (chosen.Kind?.Name, chosen.Reason));
    }

    [Fact]
    public async Task Choose_OnlyTheSecondWorks_SaysWhyNotTheFirst()
    {
        var chosen = await TrackerChoice.ChooseAsync(TrackerKind.InOrder, kind => Task.FromResult(kind.Name == Trackers.WriteProtect ? "too old" : null));

        Assert.Equal((Trackers.SoftDirty, "not WriteProtect: too old"), (chosen.Kind?.Name, chosen.Reason));
    }

    [Fact]
    public async Task Choose_NoneWorks_SaysWhyNotEach()
    {
        var chosen = await TrackerChoice.ChooseAsync(TrackerKind.InOrder, kind => Task.FromResult<string?>("no " + kind.Name));

        Assert.Null(chosen.Kind);
        Assert.Equal("not WriteProtect: no WriteProtect; not SoftDirty: no SoftDirty; not Hash: no Hash", chosen.Reason);
    }

    [Fact]
    public async Task FindObstacle_ThisKernel_OneTrackerTellsTheTruth() => Assert.Contains((await TrackerOfThisNode.FindAsync()).Name, (string[])[Trackers.WriteProtect, Trackers.SoftDirty]);

    [Fact]
    public async Task FindObstacle_Hash_TellsTheTruthOnEveryKernel()
    {
        var kind = TrackerKind.InOrder.Single(kind => kind.Name == Trackers.Hash);

        Assert.Null(await TrackerChoice.FindObstacleAsync(kind, TrackerOfThisNode.Wrapper, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public async Task FindObstacle_KernelThatMarksNothing_SoftDirtyIsNotTrusted()
    {
        var kind = new TrackerKind("Blind", () => null, (_, _) => null, (_, _) => new SoftDirtyTracker(new FakePages([]), 0));

        Assert.Equal("populated pages are not found", await TrackerChoice.FindObstacleAsync(kind, TrackerOfThisNode.Wrapper, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public async Task FindObstacle_ProbeCannotBeStarted_IsTheObstacle()
    {
        var kind = TrackerKind.InOrder[^1];

        Assert.Contains("/no/such/program", await TrackerChoice.FindObstacleAsync(kind, "/no/such/program", TimeProvider.System, CancellationToken.None), StringComparison.Ordinal);
    }
}
