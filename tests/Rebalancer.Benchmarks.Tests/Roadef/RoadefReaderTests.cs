using Rebalancer.Benchmarks.Roadef;

namespace Rebalancer.Benchmarks.Tests.Roadef;

public sealed class RoadefReaderTests
{
    [Fact]
    public void ReadModel_Sample_HasItsParts()
    {
        var instance = RoadefSamples.Read(RoadefSamples.Model);

        Assert.Equal((2, 2, 2, 3, 1), (instance.Resources.Count, instance.Machines.Count, instance.Services.Count, instance.Processes.Count, instance.Balances.Count));
        Assert.Equal([0], instance.Services[1].DependsOn);
        Assert.Equal([30L, 400L], instance.Machines[0].Capacity);
        Assert.Equal((1L, 10L, 100L), (instance.ProcessMoveWeight, instance.ServiceMoveWeight, instance.MachineMoveWeight));
    }

    [Theory]
    [InlineData("1 0 x", "'x'")]
    [InlineData("1 0 -3", "'-3'")]
    [InlineData("1 2 3", "transient flag, is '2'")]
    [InlineData("1 0", "''")]
    public void ReadModel_BadNumber_IsNamed(string text, string part) =>
        Assert.Contains(part, Assert.Throws<InvalidDataException>(() => RoadefSamples.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void ReadModel_MoreThanTheModel_IsRefused() =>
        Assert.Contains("more after", Assert.Throws<InvalidDataException>(() => RoadefSamples.Read(RoadefSamples.Model + " 7")).Message, StringComparison.Ordinal);
}
