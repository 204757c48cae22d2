namespace Rebalancer.Policy.Windows;

/// <summary>
/// When a schedule's times come on the clocks of a zone. Where clocks are put forward, times that do not exist that day come at the jump: a night without its window
/// would be worse than one that begins half an hour off. Where they are put back, a time that comes twice counts twice, so that a window from two to four is open from
/// the first two to the last four.
/// </summary>
internal static class StartTimes
{
    /// <summary>More than lies between two times of any schedule that has times at all: the 29th of February, about a century's end.</summary>
    public static readonly TimeSpan MaxGap = TimeSpan.FromDays(9 * 366);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>More than clocks are put forward or back by, and less than lies between two such changes.</summary>
    private static readonly TimeSpan Stride = TimeSpan.FromDays(2);

    /// <summary>The first instant after one and up to another; null: there is none.</summary>
    public static DateTimeOffset? Next(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset after, DateTimeOffset until)
    {
        var (passed, last) = (Instant(after.UtcTicks / Minute.Ticks), Instant(until.UtcTicks / Minute.Ticks));
        while (passed < last)
        {
            var offset = zone.GetUtcOffset(passed);
            var candidate = schedule.NextLocal(passed + offset + Minute, last + Stride + offset) is { } local ? DateTime.SpecifyKind(local - offset, DateTimeKind.Utc) : DateTime.MaxValue;
            var end = Least(candidate, Least(last, passed + Stride));
            if (zone.GetUtcOffset(end) == offset)
            {
                if (end == candidate)
                {
                    return new DateTimeOffset(candidate);
                }

                // Until a stride before the candidate no clock shows a time of the schedule, whatever it is changed by.
                passed = Most(end, Least(last, candidate - Stride));
                continue;
            }

            var change = Change(zone, offset, passed, end);
            if (candidate < change || ComesAt(schedule, change, offset, zone.GetUtcOffset(change)))
            {
                return new DateTimeOffset(Least(candidate, change));
            }

            passed = change;
        }

        return null;
    }

    /// <summary>Whether a time that the clocks show at a change, or jump over, is one of the schedule's.</summary>
    private static bool ComesAt(CronSchedule schedule, DateTime change, TimeSpan before, TimeSpan then)
        => schedule.NextLocal(change + (then > before ? before : then), change + then) is not null;

    /// <summary>The first minute with another offset, of which there is one.</summary>
    private static DateTime Change(TimeZoneInfo zone, TimeSpan offset, DateTime from, DateTime to)
    {
        var (same, other) = (from.Ticks / Minute.Ticks, to.Ticks / Minute.Ticks);
        while (other - same > 1)
        {
            var middle = (same + other) / 2;
            (same, other) = zone.GetUtcOffset(Instant(middle)) == offset ? (middle, other) : (same, middle);
        }

        return Instant(other);
    }

    private static DateTime Instant(long minutes) => new(minutes * Minute.Ticks, DateTimeKind.Utc);

    private static DateTime Least(DateTime a, DateTime b) => a < b ? a : b;

    private static DateTime Most(DateTime a, DateTime b) => a > b ? a : b;
}
