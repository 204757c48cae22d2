using System.Globalization;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Model.Tests.Windows;

/// <summary>Instants are in UTC; Berlin is an hour ahead in winter and two in summer.</summary>
public sealed class BudgetWindowTests
{
    [Theory]
    // Monday to Friday, 02:00 to 04:00 in Berlin.
    [InlineData("0 2 * * MON-FRI", 2, "2026-01-07T00:59:59Z", false)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-01-07T01:00:00Z", true)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-01-07T02:59:59Z", true)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-01-07T03:00:00Z", false)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-07-08T00:00:00Z", true)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-07-08T02:00:00Z", false)]
    [InlineData("0 2 * * MON-FRI", 2, "2026-01-10T01:30:00Z", false)]
    // It began on Friday and lasts until Monday.
    [InlineData("0 22 * * FRI", 56, "2026-01-11T12:00:00Z", true)]
    [InlineData("0 22 * * FRI", 56, "2026-01-12T05:00:00Z", false)]
    public void IsOpen_BerlinTime_FromEachStartForTheDuration(string schedule, int hours, string now, bool open) => Assert.Equal(open, Berlin(schedule, hours).IsOpen(At(now)));

    /// <summary>On 2026-03-29, 02:00 is followed by 03:00 at once: 02:30 never comes, and a night without its window would be worse than one that begins half an hour off.</summary>
    [Theory]
    [InlineData("2026-03-29T00:59:00Z", false)]
    [InlineData("2026-03-29T01:00:00Z", true)]
    [InlineData("2026-03-29T01:59:00Z", true)]
    [InlineData("2026-03-29T02:00:00Z", false)]
    public void IsOpen_StartThatTheClocksJumpOver_StartsAtTheJump(string now, bool open) => Assert.Equal(open, Berlin("30 2 * * *", 1).IsOpen(At(now)));

    /// <summary>On 2026-10-25, 02:00 comes twice: at 00:00 and at 01:00 UTC.</summary>
    [Theory]
    [InlineData("2026-10-24T23:59:00Z", false)]
    [InlineData("2026-10-25T00:00:00Z", true)]
    [InlineData("2026-10-25T02:59:00Z", true)]
    [InlineData("2026-10-25T03:00:00Z", false)]
    public void IsOpen_StartThatComesTwice_OpenFromTheFirstToTheEndOfTheLast(string now, bool open) => Assert.Equal(open, Berlin("0 2 * * *", 2).IsOpen(At(now)));

    [Theory]
    [InlineData(10, true, 100, 10)]
    [InlineData(10, true, 5, 1)]
    [InlineData(0, true, 100, 0)]
    [InlineData(100, true, 7, 7)]
    [InlineData(100, true, int.MaxValue, int.MaxValue)]
    [InlineData(3, false, 100, 3)]
    [InlineData(0, false, 100, 0)]
    public void Amount_OfTotal_RoundedDownButOneAtLeast(int value, bool percent, int total, int amount) => Assert.Equal(amount, new BudgetAmount(value, percent).Of(total));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static BudgetWindow Berlin(string schedule, int hours)
        => CronSchedule.TryParse(schedule, out var parsed, out var problem) ? new BudgetWindow(parsed!, TimeSpan.FromHours(hours), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")) : throw new FormatException(problem);
}
