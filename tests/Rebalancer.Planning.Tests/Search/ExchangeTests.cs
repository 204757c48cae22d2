using Rebalancer.Planning.Search;

namespace Rebalancer.Planning.Tests.Search;

public sealed class ExchangeTests
{
    [Fact]
    public void Compare_AnotherIsBetterAtTheMilestone_ItsAssignmentIsTakenOver()
    {
        var exchange = new Exchange(2, 100);

        Assert.Null(exchange.Compare(1, 80, [1, 2]));
        Assert.Equal([1, 2], exchange.Compare(1, 90, [3, 4]) ?? []);
        Assert.Null(exchange.Compare(1, 70, [5, 6]));
        Assert.Equal([5, 6], exchange.Compare(1, 75, [7, 8]) ?? []);
    }

    [Fact]
    public void Compare_OtherMilestone_IsNotCompared()
    {
        var exchange = new Exchange(2, 100);
        exchange.Compare(1, 10, [1]);

        Assert.Null(exchange.Compare(2, 90, [2]));
    }

    [Fact]
    public void Report_SmallGains_EnterTheRecordOnlyAtTheEnd()
    {
        var exchange = new Exchange(1, 1_000_000);
        exchange.Report(900_000, TimeSpan.FromSeconds(1));
        exchange.Report(899_990, TimeSpan.FromSeconds(2));
        exchange.Report(950_000, TimeSpan.FromSeconds(3));

        Assert.Equal([1_000_000, 900_000, 899_990], exchange.Progress(TimeSpan.FromSeconds(4)).Select(p => p.Cost));
    }
}
