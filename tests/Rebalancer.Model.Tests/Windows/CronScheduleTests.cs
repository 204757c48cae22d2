using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Model.Tests.Windows;

public sealed class CronScheduleTests
{
    private const int Sunday = 7;

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
    [InlineData("0 0 */2 * 5", "2026-03-13T00:00", true)]
    [InlineData("0 0 1 * */2", "2026-03-01T00:00", true)]
    [InlineData("0 0 1 * */2", "2026-04-01T00:00", false)]
    [InlineData("0 0 1 * 0-6", "2026-03-03T00:00", true)]
    [InlineData("0 0 1-31 * 5", "2026-03-03T00:00", true)]
    [InlineData("0 0 * * 5-7", "2026-03-01T00:00", true)]
    [InlineData("0 0 * * 0-5", "2026-03-07T00:00", false)]
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
    // What Quartz would take, and Kubernetes does not.
    [InlineData("0 22-2 * * *", "hour from 0 to 23, not '22-2'")]
    [InlineData("0 0 * * FRI-MON", "day of the week from 0 to 7, not 'FRI-MON'")]
    [InlineData("0 0 * NOV-FEB *", "month from 1 to 12, not 'NOV-FEB'")]
    [InlineData("0 0 L * *", "day of the month from 1 to 31, not 'L'")]
    [InlineData("0 0 15W * *", "'15W'")]
    [InlineData("0 0 ? * *", "'?'")]
    [InlineData("0 0 * * MON#1", "'MON#1'")]
    [InlineData("0 0 * * MON-FRI#1", "'MON-FRI#1'")]
    [InlineData("@daily", "five fields, not 1")]
    [InlineData("*/60 * * * *", "minute from 0 to 59, not '*/60'")]
    [InlineData("0 0 JAN * *", "'JAN'")]
    [InlineData("0 0 * MON *", "'MON'")]
    public void TryParse_NoSchedule_SaysWhichFieldAndWhatStandsThere(string text, string part)
    {
        Assert.False(CronSchedule.TryParse(text, out var schedule, out var problem));

        Assert.Null(schedule);
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }

    /// <summary>cron's own rules, on sets that are known before the text is made.</summary>
    [Property(MaxTest = 1000)]
    public Property Matches_AnySchedule_AsItsSets()
        => Prop.ForAll(Case.ToArbitrary(), c =>
        {
            var (fields, time) = c;
            Assert.True(CronSchedule.TryParse(string.Join(' ', fields.Select(f => f.Text)), out var schedule, out _));
            var (byMonth, byWeek) = (fields[2].Values.Contains(time.Day), fields[4].Values.Any(v => v % 7 == (int)time.DayOfWeek));
            var day = fields[2].Text[0] == '*' || fields[4].Text[0] == '*' ? byMonth && byWeek : byMonth || byWeek;
            return schedule!.Matches(time) == (day && fields[0].Values.Contains(time.Minute) && fields[1].Values.Contains(time.Hour) && fields[3].Values.Contains(time.Month));
        });

    private static Gen<((string Text, int[] Values)[] Fields, DateTime Time)> Case
        => from minute in Field(0, 59)
           from hour in Field(0, 23)
           from day in Field(1, 31)
           from month in Field(1, 12)
           from week in Field(0, Sunday)
           from minutes in Gen.Choose(0, 800 * 24 * 60)
           select (new[] { minute, hour, day, month, week }, new DateTime(2026, 1, 1).AddMinutes(minutes));

    private static Gen<(string Text, int[] Values)> Field(int least, int most)
        => Gen.Frequency(
            (4, Gen.Constant(("*", Enumerable.Range(least, most - least + 1).ToArray()))),
            (1, from step in Gen.Choose(1, Math.Min(most, 20)) select ($"*/{step}", Steps(least, most, step))),
            (3, from items in Gen.ListOf(Item(least, most), 2) select (string.Join(',', items.Select(i => i.Text)), items.SelectMany(i => i.Values).ToArray())),
            (3, Item(least, most)));

    private static Gen<(string Text, int[] Values)> Item(int least, int most)
        => from a in Gen.Choose(least, most)
           from b in Gen.Choose(least, most)
           from step in Gen.Choose(1, Math.Min(most, 20))
           let range = (From: Math.Min(a, b), To: Math.Max(a, b))
           from item in Gen.Elements(
               ($"{a}", [a]),
               ($"{range.From}-{range.To}", Steps(range.From, range.To, 1)),
               ($"{range.From}-{range.To}/{step}", Steps(range.From, range.To, step)),
               // The week of an open range ends on Saturday, as in Kubernetes.
               ($"{a}/{step}", most == Sunday ? Steps(a % Sunday, Sunday - 1, step) : Steps(a, most, step)))
           select item;

    private static int[] Steps(int from, int to, int step) => [.. Enumerable.Range(from, to - from + 1).Where(v => (v - from) % step == 0)];
}
