using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Model.Tests.Windows;

/// <summary>Instants are in UTC, and so are windows where nothing else is said; 2026-01-05 is a Monday.</summary>
public sealed class BudgetCalendarTests
{
    private const string Reason = "Consolidation";

    [Fact]
    public void At_NoBudgets_NoLimitForEver() => Assert.Equal(new Allowance(null, null, null, null), Ask([], "2026-01-05T12:00Z"));

    [Fact]
    public void At_BudgetsOfOtherReasons_CountForNothing()
    {
        var other = Window("0 2 * * *", 2) with { Reasons = ["Replacement"] };

        Assert.Equal(new Allowance(null, null, null, null), Ask([other], "2026-01-05T12:00Z"));
        Assert.True(Ask([other with { Reasons = ["Replacement", Reason] }], "2026-01-05T12:00Z").IsClosed);
    }

    [Fact]
    public void At_OutsideOfAllWindows_ClosedUntilTheNextOpens()
    {
        var allowance = Ask([Window("0 2 * * *", 2), Window("0 14 * * *", 2)], "2026-01-05T12:00Z");

        Assert.Equal((0, 0, At("2026-01-05T14:00Z")), (allowance.Nodes, allowance.Pods, allowance.ChangesAt));
        Assert.Equal("outside of budgets[0] (Allow, '0 2 * * *' UTC for 02:00:00) and budgets[1] (Allow, '0 14 * * *' UTC for 02:00:00)", allowance.ClosedBecause);
    }

    [Fact]
    public void At_SeveralOpenWindows_TheLargestOfEachAmount()
    {
        ImmutableArray<MoveBudget> budgets = [Window("0 2 * * *", 4, nodes: 2, pods: 10), Window("0 3 * * *", 1, nodes: 5, pods: 3)];

        Assert.Equal(new Allowance(2, 10, null, At("2026-01-05T03:00Z")), Ask(budgets, "2026-01-05T02:00Z"));
        Assert.Equal(new Allowance(5, 10, null, At("2026-01-05T04:00Z")), Ask(budgets, "2026-01-05T03:30Z"));
    }

    [Fact]
    public void At_OpenWindowThatSaysNothingOfNodes_DoesNotLimitThem()
        => Assert.Equal(new Allowance(null, null, null, At("2026-01-05T04:00Z")), Ask([Window("0 2 * * *", 2, nodes: 2), Window("0 2 * * *", 2, pods: 3)], "2026-01-05T02:00Z"));

    [Fact]
    public void At_CapWithoutWindow_LimitsWhatWindowsAllow()
    {
        ImmutableArray<MoveBudget> budgets = [Window("0 2 * * *", 2, nodes: 20), Cap(pods: 7), Cap(nodes: 3)];

        Assert.Equal(new Allowance(3, 7, null, At("2026-01-05T04:00Z")), Ask(budgets, "2026-01-05T02:00Z"));
        Assert.True(Ask(budgets, "2026-01-05T01:00Z").IsClosed);
    }

    [Fact]
    public void At_Percentages_OfTheTotals()
    {
        var cap = new MoveBudget { Nodes = new BudgetAmount(10, true), Pods = new BudgetAmount(1, true) };

        Assert.Equal(new Allowance(4, 1, null, null), BudgetCalendar.At([cap], Reason, At("2026-01-05T12:00Z"), totalNodes: 40, totalPods: 90));
    }

    [Fact]
    public void At_OpenDeny_NothingMovesWhateverOthersAllow()
    {
        ImmutableArray<MoveBudget> budgets = [Cap(nodes: 3), Window("0 8 * * MON-FRI", 10) with { Mode = BudgetMode.Deny, Nodes = null }];

        var denied = Ask(budgets, "2026-01-05T09:00Z");
        Assert.Equal((0, 0, At("2026-01-05T18:00Z")), (denied.Nodes, denied.Pods, denied.ChangesAt));
        Assert.Equal("budgets[1] (Deny, '0 8 * * MON-FRI' UTC for 10:00:00) denies it", denied.ClosedBecause);
        Assert.Equal(new Allowance(3, null, null, At("2026-01-06T08:00Z")), Ask(budgets, "2026-01-05T18:00Z"));
    }

    [Fact]
    public void At_DenyWithoutWindow_ClosedForEver()
        => Assert.Equal(new Allowance(0, 0, "budgets[0] (Deny) denies it", null), Ask([new MoveBudget { Mode = BudgetMode.Deny }], "2026-01-05T09:00Z"));

    [Theory]
    [InlineData(0, null, "0 nodes are allowed")]
    [InlineData(null, 0, "0 pods are allowed")]
    public void At_AmountOfNone_Closed(int? nodes, int? pods, string because) => Assert.Equal(new Allowance(0, 0, because, null), Ask([Cap(nodes, pods)], "2026-01-05T09:00Z"));

    /// <summary>The service was down at 02:00 and asks first at 03:17.</summary>
    [Fact]
    public void At_OpeningThatNobodySaw_OpenAllTheSame() => Assert.False(Ask([Window("0 2 * * *", 2)], "2026-01-05T03:17:12Z").IsClosed);

    [Fact]
    public void At_OverlappingStartsOfOneWindow_OneLongOpening()
        => Assert.Equal(At("2026-01-05T19:15Z"), Ask([Window("*/15 8-18 * * MON-FRI", 0.5)], "2026-01-05T08:00Z").ChangesAt);

    [Fact]
    public void At_EveryMinute_NeverCloses() => Assert.Equal(new Allowance(1, null, null, null), Ask([Window("* * * * *", 1)], "2026-01-05T08:00Z"));

    [Fact]
    public void Next_WindowsAndDeny_WhatIsLeftOfThem()
    {
        ImmutableArray<MoveBudget> budgets = [Window("0 2 * * *", 4), Window("0 3 * * MON", 1) with { Mode = BudgetMode.Deny, Nodes = null }];

        Assert.Equal(
            [new(At("2026-01-05T02:30Z"), At("2026-01-05T03:00Z")), new(At("2026-01-05T04:00Z"), At("2026-01-05T06:00Z")), new(At("2026-01-06T02:00Z"), At("2026-01-06T06:00Z"))],
            BudgetCalendar.Next(budgets, Reason, At("2026-01-05T02:30Z"), 3));
    }

    /// <summary>02:30 is jumped over on 2026-03-29 and comes twice on 2026-10-25, where an hour from each makes two hours.</summary>
    [Theory]
    [InlineData("2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z")]
    [InlineData("2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-25T02:30Z")]
    public void Next_BerlinsClocksChange_OpensThatNightToo(string from, string opens, string closes)
        => Assert.Equal(new Opening(At(opens), At(closes)), BudgetCalendar.Next([Window("30 2 * * *", 1, zone: "Europe/Berlin")], Reason, At(from), 1).Single());

    /// <summary>Half an hour is jumped over on 2026-10-04, and comes twice on 2026-04-05.</summary>
    [Theory]
    [InlineData("15 2 * * *", "2026-10-03T12:00Z", "2026-10-03T15:30Z", "2026-10-03T16:30Z")]
    [InlineData("45 1 * * *", "2026-04-04T12:00Z", "2026-04-04T14:45Z", "2026-04-04T16:15Z")]
    public void Next_LordHowesClocksChangeByHalfAnHour_OpensThatNightToo(string schedule, string from, string opens, string closes)
        => Assert.Equal(new Opening(At(opens), At(closes)), BudgetCalendar.Next([Window(schedule, 1, zone: "Australia/Lord_Howe")], Reason, At(from), 1).Single());

    [Fact]
    public void Next_NoBudgets_OneWithoutAnEnd() => Assert.Equal([new Opening(At("2026-01-05T12:00Z"), null)], BudgetCalendar.Next([], Reason, At("2026-01-05T12:00Z"), 5));

    [Fact]
    public void Next_WindowThatNeverOpens_None() => Assert.Empty(BudgetCalendar.Next([Window("0 0 30 2 *", 1)], Reason, At("2026-01-05T12:00Z"), 5));

    private static Allowance Ask(ImmutableArray<MoveBudget> budgets, string now) => BudgetCalendar.At(budgets, Reason, At(now), 100, 1000);

    private static MoveBudget Cap(int? nodes = null, int? pods = null)
        => new() { Nodes = nodes is null ? null : new BudgetAmount(nodes.Value, false), Pods = pods is null ? null : new BudgetAmount(pods.Value, false) };

    private static MoveBudget Window(string schedule, double hours, int? nodes = null, int? pods = null, string zone = "UTC")
        => Cap(nodes is null && pods is null ? 1 : nodes, pods) with
        {
            Window = CronSchedule.TryParse(schedule, out var parsed, out var problem)
                ? new BudgetWindow(parsed!, TimeSpan.FromHours(hours), TimeZoneInfo.FindSystemTimeZoneById(zone))
                : throw new FormatException(problem),
        };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
