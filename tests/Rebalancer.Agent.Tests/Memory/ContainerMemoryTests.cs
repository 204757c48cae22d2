using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class ContainerMemoryTests
{
    /// <summary>Above the highest number that Linux gives.</summary>
    private const int Nobody = (1 << 22) + 1;

    [Fact]
    public async Task Round_ProcessThatHasEndedMeanwhile_IsNoObstacle()
    {
        using var memory = new ContainerMemory("main", await TrackerOfThisNode.FindAsync(), new ProcFolder(), TimeProvider.System);

        // Nothing is there to be sent.
        await memory.RoundAsync([Nobody], null!, null, CancellationToken.None);

        Assert.Null(memory.Obstacle);
        Assert.False(memory.IsTracking);
    }
}
