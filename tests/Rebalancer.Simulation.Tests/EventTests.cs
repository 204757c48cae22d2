using Rebalancer.Model;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Rebalancing.WhatIf.Events;
using Rebalancer.Simulation.Plans;

namespace Rebalancer.Simulation.Tests;

public sealed class EventTests
{
    [Fact]
    public void InterruptionFile_BothForms_AreReadInOrderOfTime()
    {
        var problems = new List<InvalidField>();

        var byNode = InterruptionFile.Read("i.csv", "# recorded\ntime,node\n7200,b\n2026-11-30T01:00:00Z,a\n", Soak.Start, problems);
        var byType = InterruptionFile.Read("i.csv", "time,instance_type,zone,count\n0.5,m5.large,,3\n", Soak.Start, problems);

        Assert.Empty(problems);
        Assert.Equal([new RecordedInterruption(Soak.Start.AddHours(1), "a"), new RecordedInterruption(Soak.Start.AddHours(2), "b")], byNode.AsEnumerable());
        Assert.Equal([new RecordedInterruption(Soak.Start.AddSeconds(0.5), null, "m5.large", "", 3)], byType.AsEnumerable());
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("when,node\n1,a\n", 1)]
    [InlineData("time,node\nsoon,a\n1,\n-1,a\n1,a,b\n5,a\n", 4)]
    [InlineData("time,instance_type,zone,count\n1,m5.large,z,0\n1,,z,1\nNaN,m5.large,z,1\n1,m5.large,z,many\n", 4)]
    public void InterruptionFile_WithoutSense_EveryLineIsReported(string text, int problems)
    {
        var found = new List<InvalidField>();

        InterruptionFile.Read("i.csv", text, Soak.Start, found);

        Assert.Equal(problems, found.Count);
        Assert.All(found, p => Assert.Equal("i.csv", p.Item));
    }

    [Fact]
    public void Churn_AFifthADay_KeepsTheNumberAndRisesByDay()
    {
        var pods = SoakCluster.Of(200, 1).Pods;
        var options = new SimulationOptions { Start = Soak.Start, Days = 20 };

        var events = Churn.Of(pods, options);

        var (come, go) = (events.Count(e => e.Template is not null), events.Count(e => e.Template is null));
        Assert.InRange(go, pods.Length * 20 * 0.2 * 0.9, pods.Length * 20 * 0.2 * 1.1);
        Assert.InRange(come, pods.Length * 20 * 0.2 * 0.9, pods.Length * 20 * 0.2 * 1.1);
        Assert.Equal(events.AsEnumerable(), Churn.Of(pods, options).AsEnumerable());
        Assert.True(By(15) > By(3) * 1.05, $"{By(3)} pods at 3:00 and {By(15)} at 15:00");

        double By(int hour) => Enumerable.Range(0, 20).Average(day => pods.Length + events.Where(e => e.At <= Soak.Start.AddDays(day).AddHours(hour)).Sum(e => e.Template is null ? -1 : 1));
    }

    [Fact]
    public void Churn_WhatGoesWasThere_Once()
    {
        var pods = SoakCluster.Of(40, 1).Pods;
        var there = Enumerable.Range(0, pods.Length).ToHashSet();

        foreach (var change in Churn.Of(pods, new SimulationOptions { Start = Soak.Start, Days = 5, ChurnPerDay = 2 }))
        {
            Assert.True(change.Template is null ? there.Remove(change.Number) : there.Add(change.Number), $"{change}");
        }
    }

    [Fact]
    public void Draws_ByName_AreSpreadAndStay()
    {
        var draws = new Draws(1);
        var shares = Enumerable.Range(0, 10_000).Select(i => draws.Share("fate", $"node-{i}")).ToList();

        Assert.InRange(shares.Average(), 0.48, 0.52);
        Assert.All(shares, s => Assert.InRange(s, double.Epsilon, 1 - 1e-15));
        Assert.Equal(shares[7], new Draws(1).Share("fate", "node-7"));
        Assert.NotEqual(shares[7], new Draws(2).Share("fate", "node-7"));
    }
}
