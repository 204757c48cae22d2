using System.Globalization;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Model.Tests.Windows;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 2 * * *", "2026-03-04T02:00", true)]
    [InlineData("0 2 * * *", "2026-03-04T02:01", false)]
    [InlineData("*/15 8-18 * * MON-FRI", "2026-03-04T08:45", true)]
    [InlineData("*/15 8-18 * * MON-FRI", "2026-03-07T08:45", false)]
    [InlineData("*/15 8-18 * * mon-fri", "2026-03-04T19:00", false)]
    [InlineData("5/20 * * * *", "2026-03-04T00:45", true)]
    [InlineData("5/20 * * * *", "2026-03-04T00:40", false)]
    [InlineData("0 0 1,15 JAN-MAR *", "2026-02-15T00:00", true)]
    [InlineData("0 0 1,15 JAN-MAR *", "2026-04-15T00:00", false)]
    [InlineData("0 0 * * 7", "2026-03-01T00:00", true)]
    [InlineData("0 0 * * 0", "2026-03-01T00:00", true)]
    [InlineData("0 0 * * SUN", "2026-03-02T00:00", false)]
    [InlineData("0 0 1 * 5", "2026-03-06T00:00", true)]
    [InlineData("0 0 1 * 5", "2026-03-01T00:00", true)]
    [InlineData("0 0 1 * 5", "2026-03-02T00:00", false)]
    [InlineData("0 0 */2 * 5", "2026-03-06T00:00", false)]
    public void Matches_Schedule_AsCronDoes(string text, string local, bool matches)
    {
        Assert.True(CronSchedule.TryParse(text, out var schedule, out _));

        Assert.Equal(matches, schedule!.Matches(DateTime.Parse(local, CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("", "five fields, not 1")]
    [InlineData("* * * *", "five fields, not 4")]
    [InlineData("60 * * * *", "minute from 0 to 59, not '60'")]
    [InlineData("* 24 * * *", "hour from 0 to 23")]
    [InlineData("* * 0 * *", "day of the month from 1 to 31")]
    [InlineData("* * * 13 *", "month from 1 to 12")]
    [InlineData("* * * * 8", "day of the week from 0 to 7")]
    [InlineData("* * * * FOO", "'FOO'")]
    [InlineData("5-1 * * * *", "'5-1'")]
    [InlineData("*/0 * * * *", "'*/0'")]
    [InlineData("1/2/3 * * * *", "'1/2/3'")]
    [InlineData("1-2-3 * * * *", "'1-2-3'")]
    [InlineData("-1 * * * *", "'-1'")]
    [InlineData("1, * * * *", "'1,'")]
    [InlineData("* * *  *", "''")]
    public void TryParse_NoSchedule_SaysWhichFieldAndWhatStandsThere(string text, string part)
    {
        Assert.False(CronSchedule.TryParse(text, out var schedule, out var problem));

        Assert.Null(schedule);
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }
}
