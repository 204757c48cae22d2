using System.Globalization;
using System.Numerics;

namespace Rebalancer.Policy.Windows;

/// <summary>
/// Times in cron's five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday; names such as MON and JAN too). A field is "*",
/// numbers, ranges and steps, separated by commas. Where both kinds of day are restricted, one of them is enough, as in cron.
/// </summary>
public sealed record CronSchedule
{
    private const int Minute = 0;
    private const int Hour = 1;
    private const int DayOfMonth = 2;
    private const int Month = 3;
    private const int DayOfWeek = 4;
    private const int Sunday = 7;
    private const int HoursPerDay = 24;
    private const int MinutesPerHour = 60;

    private static readonly (string Name, int Least, int Most, string[] Names)[] Fields =
    [
        ("a minute", 0, 59, []),
        ("an hour", 0, 23, []),
        ("a day of the month", 1, 31, []),
        ("a month", 1, 12, ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
        ("a day of the week", 0, Sunday, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ];

    /// <summary>By field: bit n is set where n matches.</summary>
    private readonly ulong[] allowed;
    private readonly bool eitherDay;

    private CronSchedule(string text, ulong[] allowed, bool eitherDay)
    {
        (Text, this.allowed, this.eitherDay) = (text, allowed, eitherDay);
        IsAlways = Fields.Index().All(f => (allowed[f.Index] & All(f.Index)) == All(f.Index));
    }

    public string Text { get; }

    /// <summary>It matches at any time.</summary>
    internal bool IsAlways { get; }

    public static bool TryParse(string text, out CronSchedule? schedule, out string? problem)
    {
        schedule = null;
        var parts = text.Split(' ');
        problem = parts.Length == Fields.Length ? null : $"five fields, not {parts.Length}";
        var bits = new ulong[Fields.Length];
        for (var i = 0; problem is null && i < bits.Length; i++)
        {
            if (!TryField(parts[i], i, out bits[i]))
            {
                problem = $"{Fields[i].Name} from {Fields[i].Least} to {Fields[i].Most}, not '{parts[i]}'";
            }
        }

        if (problem is not null)
        {
            return false;
        }

        bits[DayOfWeek] |= (bits[DayOfWeek] >> Sunday) & 1;
        schedule = new CronSchedule(text, bits, parts[DayOfMonth][0] != '*' && parts[DayOfWeek][0] != '*');
        return true;
    }

    /// <param name="local">On the clocks of the schedule's time zone; seconds are not looked at.</param>
    public bool Matches(DateTime local)
        => Has(Minute, local.Minute) && Has(Hour, local.Hour) && Has(Month, local.Month) && MatchesDay(local);

    /// <summary>The first matching time at or after a time and up to another, on the same clocks; null: there is none.</summary>
    internal DateTime? NextLocal(DateTime from, DateTime until)
    {
        var day = from.Date;
        var minute = (int)Math.Ceiling(from.TimeOfDay.TotalMinutes);
        while (day <= until)
        {
            if (!Has(Month, day.Month))
            {
                (day, minute) = (new DateTime(day.Year, day.Month, 1).AddMonths(1), 0);
                continue;
            }

            if (MatchesDay(day) && MinuteOfDay(minute) is { } found)
            {
                var time = day.AddMinutes(found);
                return time <= until ? time : null;
            }

            (day, minute) = (day.AddDays(1), 0);
        }

        return null;
    }

    public bool Equals(CronSchedule? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private bool MatchesDay(DateTime day)
    {
        var (byMonth, byWeek) = (Has(DayOfMonth, day.Day), Has(DayOfWeek, (int)day.DayOfWeek));
        return eitherDay ? byMonth || byWeek : byMonth && byWeek;
    }

    /// <summary>The first matching minute of a day from this one on.</summary>
    private int? MinuteOfDay(int from)
    {
        for (var hour = from / MinutesPerHour; hour < HoursPerDay; hour++)
        {
            var past = hour == from / MinutesPerHour ? from % MinutesPerHour : 0;
            var left = allowed[Minute] >> past << past;
            if (Has(Hour, hour) && left != 0)
            {
                return hour * MinutesPerHour + BitOperations.TrailingZeroCount(left);
            }
        }

        return null;
    }

    private static ulong All(int field) => (2UL << (field == DayOfWeek ? Sunday - 1 : Fields[field].Most)) - (1UL << Fields[field].Least);

    private bool Has(int field, int value) => (allowed[field] >> value & 1) != 0;

    private static bool TryField(string text, int field, out ulong bits)
    {
        bits = 0;
        foreach (var item in text.Split(','))
        {
            if (!TryItem(item, field, ref bits))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value, "*", or a range, with a step or without.</summary>
    private static bool TryItem(string item, int field, ref ulong bits)
    {
        var (_, least, most, _) = Fields[field];
        var (range, step) = item.Split('/') is [var left, var right] ? (left, right) : (item, "1");
        if (!TryNumber(step, out var by) || by < 1)
        {
            return false;
        }

        var (from, to) = (least, most);
        if (range != "*")
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryValue(ends[0], field, out from) || !TryValue(ends[^1], field, out to))
            {
                return false;
            }

            to = ends.Length == 1 && item.Contains('/', StringComparison.Ordinal) ? most : to;
        }

        for (var value = from; value <= to; value += by)
        {
            bits |= 1UL << value;
        }

        return from <= to;
    }

    private static bool TryValue(string text, int field, out int value)
    {
        var (_, least, most, names) = Fields[field];
        value = text.Length == 0 ? -1 : Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return value >= 0 || (TryNumber(text, out value) && value >= least && value <= most);
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 1000;
}
