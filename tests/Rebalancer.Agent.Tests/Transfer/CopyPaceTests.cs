using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Tests.Transfer;

public sealed class CopyPaceTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Take_NoLimit_NeverWaits() => Assert.True(new CopyPace(0, clock).TakeAsync(long.MaxValue, CancellationToken.None).AsTask().IsCompleted);

    [Fact]
    public async Task Take_SeveralCallers_ShareOneRate()
    {
        var pace = new CopyPace(1000, clock);
        await pace.TakeAsync(1000, CancellationToken.None);
        var (second, third) = (pace.TakeAsync(1000, CancellationToken.None).AsTask(), pace.TakeAsync(1000, CancellationToken.None).AsTask());

        clock.Advance(TimeSpan.FromMilliseconds(950));
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await second.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(third.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await third.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(1000, 500)]
    [InlineData(500, 1000)]
    public async Task Take_OfAPart_HasTheSmallerRate(long whole, long rate)
    {
        var part = new CopyPace(whole, clock).Part(() => rate);
        await part.TakeAsync(1000, CancellationToken.None);
        var next = part.TakeAsync(1000, CancellationToken.None).AsTask();

        clock.Advance(TimeSpan.FromMilliseconds(1900));
        Assert.False(next.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(200));
        await next.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Take_RateThatChanges_HoldsFromThenOn()
    {
        var rate = 1000L;
        var part = new CopyPace(0, clock).Part(() => rate);
        await part.TakeAsync(1000, CancellationToken.None);
        rate = 0;

        Assert.True(part.TakeAsync(1_000_000, CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Take_AfterAPause_IsNotPaidBack()
    {
        var pace = new CopyPace(1000, clock);
        clock.Advance(TimeSpan.FromHours(1));
        await pace.TakeAsync(1000, CancellationToken.None);

        Assert.False(pace.TakeAsync(1000, CancellationToken.None).AsTask().IsCompleted);
    }
}
