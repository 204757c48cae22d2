using Rebalancer.Benchmarks.Migration.Load;

namespace Rebalancer.Benchmarks.Tests.Migration.Load;

public sealed class TokenBucketTests
{
    [Fact]
    public void Take_SteadyCaller_KeepsTheRate()
    {
        var bucket = new TokenBucket(bytesPerS: 1000, capacityBytes: 100);
        var now = TimeSpan.Zero;
        for (var taken = 0; taken < 50; taken++) { now += bucket.Take(100, now); }

        // The first hundred bytes were in the bucket.
        Assert.Equal(4.9, now.TotalSeconds, precision: 6);
    }

    [Fact]
    public void Take_AfterAStall_SendsNoMoreThanTheCapacityAtOnce()
    {
        var bucket = new TokenBucket(bytesPerS: 1000, capacityBytes: 100);
        var later = TimeSpan.FromMinutes(1);

        Assert.Equal(TimeSpan.Zero, bucket.Take(100, later));
        Assert.Equal(TimeSpan.FromMilliseconds(100), bucket.Take(100, later));
    }
}
