using Microsoft.Extensions.Time.Testing;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Kubernetes.Tests.Queues;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Mark_SameKeyTwice_TakenOnce()
    {
        var queue = new WorkQueue<string>(clock);
        queue.Mark("a");
        queue.Mark("a");

        Assert.Equal("a", await queue.TakeAsync(default));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Mark_WithDelay_TakenWhenDue()
    {
        var queue = new WorkQueue<string>(clock);
        queue.Mark("later", TimeSpan.FromSeconds(5));
        var take = queue.TakeAsync(default);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(take.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("later", await take);
    }

    [Fact]
    public async Task Mark_EarlierThanBefore_EarlierTimeWinsAndKeyIsTakenOnce()
    {
        var queue = new WorkQueue<string>(clock);
        queue.Mark("a", TimeSpan.FromMinutes(1));
        queue.Mark("a");

        Assert.Equal("a", await queue.TakeAsync(default));
        clock.Advance(TimeSpan.FromMinutes(2));
        queue.Mark("b");
        Assert.Equal("b", await queue.TakeAsync(default));
    }

    [Fact]
    public async Task Mark_LaterThanBefore_ChangesNothing()
    {
        var queue = new WorkQueue<string>(clock);
        queue.Mark("a");
        queue.Mark("a", TimeSpan.FromMinutes(1));

        Assert.Equal("a", await queue.TakeAsync(default));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Mark_WhileSomebodyWaitsForALaterKey_WakesHim()
    {
        var queue = new WorkQueue<string>(clock);
        queue.Mark("later", TimeSpan.FromHours(1));
        var take = queue.TakeAsync(default);

        queue.Mark("now");

        Assert.Equal("now", await take.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task TakeAsync_Cancelled_Throws()
    {
        var queue = new WorkQueue<string>(clock);
        using var stop = new CancellationTokenSource();
        var take = queue.TakeAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => take);
    }

    [Fact]
    public void Mark_BeyondCapacity_Throws()
    {
        var queue = new WorkQueue<int>(clock, capacity: 2);
        queue.Mark(1);
        queue.Mark(2);
        queue.Mark(2);

        Assert.Throws<InvalidOperationException>(() => queue.Mark(3));
    }
}
