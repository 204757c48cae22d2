using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Model.Tests.Windows;

public sealed class StartTimesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"];

    /// <summary>Days on which clocks are changed somewhere, and some on which they are not.</summary>
    private static readonly string[] Days = ["2026-03-28", "2026-10-24", "2026-04-03", "2026-10-02", "2026-03-07", "2026-10-31", "2026-06-15", "2028-02-28"];

    [Theory]
    // 02:30 is jumped over on 2026-03-29: the jump, at 01:00 UTC.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    // It comes twice on 2026-10-25.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    // Lord Howe's clocks go from 02:00 to 02:30 on 2026-10-04, and from 02:00 to 01:30 on 2026-04-05.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00Z", "2026-04-04T14:45Z")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:45Z", "2026-04-04T15:15Z")]
    [InlineData("0 12 29 2 *", "Europe/Berlin", "2026-01-01T00:00Z", "2028-02-29T11:00Z")]
    [InlineData("0 0 1 1 *", "UTC", "2026-01-01T00:00Z", "2027-01-01T00:00Z")]
    [InlineData("* * * * *", "UTC", "2026-01-01T00:00:30Z", "2026-01-01T00:01Z")]
    public void Next_Schedule_FirstInstantAfter(string schedule, string zone, string after, string next)
        => Assert.Equal(At(next), StartTimes.Next(Cron(schedule), Zone(zone), At(after), At(after) + StartTimes.MaxGap));

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6 *")]
    public void Next_DayThatNeverComes_None(string schedule) => Assert.Null(StartTimes.Next(Cron(schedule), Zone("Europe/Berlin"), At("2026-01-01T00:00Z"), At("2026-01-01T00:00Z") + StartTimes.MaxGap));

    [Theory]
    [InlineData("2026-01-01T02:00Z", true)]
    [InlineData("2026-01-01T01:59:59Z", false)]
    public void Next_Until_Inclusive(string until, bool found) => Assert.Equal(found, StartTimes.Next(Cron("0 2 * * *"), TimeZoneInfo.Utc, At("2026-01-01T00:00Z"), At(until)) is not null);

    /// <summary>The definition, minute by minute; three days long.</summary>
    [Property(MaxTest = 300)]
    public Property Next_AnySchedule_AsMinuteByMinute()
        => Prop.ForAll(Case.ToArbitrary(), c =>
        {
            var (schedule, zone, after) = (Cron(c.Text), Zone(c.Zone), At(c.Day + "T00:00Z") + TimeSpan.FromMinutes(c.Offset));
            var until = after + TimeSpan.FromDays(3);
            return StartTimes.Next(schedule, zone, after, until) == Scan(schedule, zone, after, until);
        });

    [Property(MaxTest = 100)]
    public Property ChangesAt_AnyWindow_WhenIsOpenChanges()
        => Prop.ForAll(Case.ToArbitrary(), c =>
        {
            var (window, now) = (new BudgetWindow(Cron(c.Text), TimeSpan.FromMinutes(c.Minutes), Zone(c.Zone)), At(c.Day + "T00:00Z") + TimeSpan.FromMinutes(c.Offset));
            var open = window.IsOpen(now);
            var first = Enumerable.Range(1, 2 * 24 * 60).Select(m => now + m * Minute).Cast<DateTimeOffset?>().FirstOrDefault(m => window.IsOpen(m!.Value) != open);
            var changesAt = window.ChangesAt(now);
            return first is null ? !(changesAt <= now + TimeSpan.FromDays(2)) : changesAt == first;
        });

    private static DateTimeOffset? Scan(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset after, DateTimeOffset until)
    {
        for (var minute = after + Minute; minute <= until; minute += Minute)
        {
            var (local, before) = (Local(minute), Local(minute - Minute));
            for (var time = local - before > Minute ? before + Minute : local; time <= local; time += Minute)
            {
                if (schedule.Matches(time))
                {
                    return minute;
                }
            }
        }

        return null;

        DateTime Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;
    }

    private static Gen<(string Text, string Zone, string Day, int Offset, int Minutes)> Case
        => from minute in Gen.Elements("*", "0", "15", "30", "45", "*/20", "5-10", "0,59")
           from hour in Gen.Elements("*", "0", "1", "2", "3", "2-4", "*/6", "23")
           from day in Gen.Elements("*", "*", "*", "29", "1,15", "*/2")
           from month in Gen.Elements("*", "*", "*", "MAR,APR,OCT", "6")
           from week in Gen.Elements("*", "*", "SUN", "MON-FRI", "6,7")
           from zone in Gen.Elements(Zones)
           from start in Gen.Elements(Days)
           from offset in Gen.Choose(0, 2 * 24 * 60)
           from minutes in Gen.Elements(1, 15, 60, 90, 240, 1440, 3000)
           select ($"{minute} {hour} {day} {month} {week}", zone, start, offset, minutes);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);

    private static CronSchedule Cron(string text) => CronSchedule.TryParse(text, out var schedule, out var problem) ? schedule! : throw new FormatException(problem);
}
