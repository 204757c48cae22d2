using FsCheck.Xunit;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Tests.World;
using static Rebalancer.Ledger.Tests.World.Given;

namespace Rebalancer.Ledger.Tests.Accounting;

/// <summary>Nothing counts twice.</summary>
public sealed class CreditTests
{
    [Fact]
    public void TwoPlansFreeTheSameNode_TheLastThatBeganHasIt()
    {
        var report = Report(Plan("first", 0, 24, 1, "a"), Plan("second", 3, 24, 1, "a"), Node("a", gone: 5), Price("a", -50, 1));

        Assert.Equal([("first", 0m), ("second", 22m)], report.Plans.Select(p => (p.Name, p.NodesSavedUsd)));
        Assert.Equal(22, report.Totals.NodesSavedUsd);
    }

    [Fact]
    public void TwoPlansFreeNodesOfOneName_EachHasItsOwn()
    {
        var report = Report(
            Plan("first", 0, 24, 1, "a"), Node("u1", gone: 1, name: "a", machine: "m1"), Price("u1", -50, 1), Plan("second", 3, 24, 2, "a"), Node("u2", created: 2, gone: 4, name: "a", machine: "m2"), Price("u2", 2, 2));

        Assert.Equal([("u1", 23m), ("u2", 46m)], report.Plans.SelectMany(p => p.Nodes).Select(n => (n.Uid, n.Usd)));
    }

    [Fact]
    public void TwoPlansAddANodeOfOneType_EachPaysForOne()
    {
        var wanted = new Rebalancer.Ledger.Entries.PlannedNode("new", 1, "m5.large");
        var report = Report(
            Plan("first", 0, 10, 1) with { NewNodes = [wanted], CompletedAt = At(2) }, Plan("second", 0.5, 10, 1) with { NewNodes = [wanted], CompletedAt = At(2) }, Node("x", created: 1), Price("x", 1, 1), Node("y", created: 1.5), Price("y", 1.5, 1));

        Assert.Equal([("first", "x"), ("second", "y")], report.Plans.SelectMany(p => p.NewNodes, (p, n) => (p.Name, n.Uid)));
    }

    [Theory]
    [InlineData(MoveReasons.Interruption, Phases.Succeeded, 2)]
    [InlineData(MoveReasons.Eviction, Phases.Succeeded, 2)]
    [InlineData(MoveReasons.Maintenance, Phases.Succeeded, 2)]
    [InlineData(MoveReasons.Interruption, Phases.RolledBack, 0)]
    [InlineData(MoveReasons.Interruption, Phases.Failed, 0)]
    [InlineData(MoveReasons.Consolidation, Phases.Succeeded, 0)]
    [InlineData(MoveReasons.Manual, Phases.Succeeded, 0)]
    public void Avoided_OneRestartWhereThePodHadToLeaveAndDid(string reason, string phase, int usd) => Assert.Equal(usd, MoveAccount.Of(Move("m", phase, reason)).AvoidedUsd);

    [Fact]
    public void Totals_FreezeOfAnEvacuation_IsTakenOffOnce()
    {
        var totals = Report(Move("m", reason: MoveReasons.Interruption)).Totals;

        Assert.Equal((2m, 0.15m, 0.03m, 2m - 0.18m), (totals.AvoidedUsd, totals.FreezeUsd, totals.BytesUsd, totals.NetUsd));
    }

    [Property(MaxTest = 200)]
    public void Report_AnyHistory_EachNodeIsCreditedOnceAndLinesAddUp(int seed)
    {
        var report = Report(RandomWorld.Of(seed));

        Assert.Distinct(report.Plans.SelectMany(p => p.Nodes).Select(n => n.Uid));
        Assert.Distinct(report.Plans.SelectMany(p => p.NewNodes).Select(n => n.Uid));
        Assert.Distinct(report.Moves.Select(m => m.Uid));
        Assert.Equal(report.Totals.NodesSavedUsd, report.Plans.SelectMany(p => p.Nodes).Sum(n => n.Usd));
        Assert.Equal(report.Totals.NewNodesUsd, report.Plans.SelectMany(p => p.NewNodes).Sum(n => n.Usd));
        Assert.Equal(report.Totals.MovingUsd, report.Moves.Sum(m => m.FreezeUsd + m.BytesUsd + m.RestartUsd));
        Assert.True(report.Plans.Sum(p => p.MovingUsd) <= report.Totals.MovingUsd);
        Assert.All(report.Plans, p => Assert.Equal(p.NodesSavedUsd - p.NewNodesUsd - p.MovingUsd, p.NetUsd));
    }

    /// <summary>No machine is saved twice at the same moment, whatever its nodes were called.</summary>
    [Property(MaxTest = 200)]
    public void Report_AnyHistory_SavingsOfAMachineNeverOverlap(int seed)
    {
        foreach (var machine in Report(RandomWorld.Of(seed)).Plans.SelectMany(p => p.Nodes).Where(n => n.To > n.From).GroupBy(n => n.Machine))
        {
            var spans = machine.OrderBy(n => n.From).ToList();
            Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From, $"machine {machine.Key} is saved twice at {pair.Second.From:u}"));
        }
    }

    /// <summary>Two halves of a period are the period, to a rounding of the hours at the cut.</summary>
    [Property(MaxTest = 100)]
    public void Report_PeriodCutInTwo_SumsAreEqual(int seed)
    {
        var book = Book(RandomWorld.Of(seed));
        var cut = At(new Random(seed).Next(-30, 70));
        var whole = new Account(book, new Period(At(-100), At(100))).Report();
        var halves = new[] { new Period(At(-100), cut), new Period(cut, At(100)) }.Select(p => new Account(book, p).Report()).ToList();

        AssertNear(whole.Totals.NodesSavedUsd, halves.Sum(h => h.Totals.NodesSavedUsd));
        AssertNear(whole.Totals.NewNodesUsd, halves.Sum(h => h.Totals.NewNodesUsd));
        AssertNear(whole.Totals.PredictedUsd, halves.Sum(h => h.Totals.PredictedUsd));
        Assert.Equal(whole.Totals.MovingUsd, halves.Sum(h => h.Totals.MovingUsd));
        AssertNear(whole.NodesUsd, halves.Sum(h => h.NodesUsd));
    }

    private static void AssertNear(decimal expected, decimal actual) => Assert.InRange(actual - expected, -0.000001m, 0.000001m);

    private static SavingsReport Report(params Rebalancer.Ledger.Entries.LedgerEntry[] entries) => new Account(Book(entries), new Period(At(-200), At(100))).Report();
}
