namespace Rebalancer.Policy.Windows;

/// <summary>Open from each time of a schedule, on the clocks of a time zone, for a duration.</summary>
/// <param name="Duration">At most <see cref="MaxDuration"/>.</param>
public sealed record BudgetWindow(CronSchedule Schedule, TimeSpan Duration, TimeZoneInfo Zone)
{
    public static readonly TimeSpan MinDuration = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(7);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public bool IsOpen(DateTimeOffset now)
    {
        var last = new DateTimeOffset(now.UtcTicks - now.UtcTicks % Minute.Ticks, TimeSpan.Zero);
        for (var start = last; now - start < Duration; start -= Minute)
        {
            if (Starts(start))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Where clocks are put forward, times that do not exist that day start at the jump. Where they are put back, a time that comes twice starts twice, so that
    /// a window from two to four is open from the first two to the last four.
    /// </summary>
    private bool Starts(DateTimeOffset minute)
    {
        var (local, before) = (Local(minute), Local(minute - Minute));
        var jumped = local - before > Minute;
        for (var time = jumped ? before + Minute : local; time <= local; time += Minute)
        {
            if (Schedule.Matches(time))
            {
                return true;
            }
        }

        return false;
    }

    private DateTime Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone).DateTime;
}
