namespace Rebalancer.Policy.Windows;

/// <summary>
/// Open from each time of a schedule, on the clocks of a time zone, for a duration. The clock alone decides, so a service that was down at an opening finds the
/// window open when it is back. Starts within an open window prolong it. See <see cref="StartTimes"/> for the days on which clocks are changed; the duration is time
/// that passes, not time on the clocks.
/// </summary>
/// <param name="Duration">At most <see cref="MaxDuration"/>.</param>
public sealed record BudgetWindow(CronSchedule Schedule, TimeSpan Duration, TimeZoneInfo Zone)
{
    public static readonly TimeSpan MinDuration = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(7);

    /// <summary>How far ends are looked for where starts follow each other without a gap.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromDays(14);

    public bool IsOpen(DateTimeOffset now) => StartTimes.Next(Schedule, Zone, now - Duration, now) is not null;

    /// <summary>
    /// The next instant at which it opens or closes, or one before it where no end is in sight for weeks: whoever asks again then is never late. Null: it stays as
    /// it is for ever.
    /// </summary>
    public DateTimeOffset? ChangesAt(DateTimeOffset now)
    {
        var start = StartTimes.Next(Schedule, Zone, now - Duration, now + StartTimes.MaxGap);
        return start is null || start > now ? start : Schedule.IsAlways ? null : End(start.Value, now + EndsWithin);
    }

    /// <summary>When it closes, having opened at a start; that or later than the limit.</summary>
    private DateTimeOffset End(DateTimeOffset start, DateTimeOffset limit)
    {
        var end = start + Duration;
        while (end < limit)
        {
            // Any start until the end prolongs it. Those in the later half take the fewest steps.
            var next = StartTimes.Next(Schedule, Zone, end - Duration / 2, end) ?? StartTimes.Next(Schedule, Zone, start, end);
            if (next is null)
            {
                return end;
            }

            (start, end) = (next.Value, next.Value + Duration);
        }

        return end;
    }
}
