using System.Globalization;
using System.Text.RegularExpressions;
using Quartz;

namespace Rebalancer.Policy.Windows;

/// <summary>
/// Times in cron's five fields, as Kubernetes has them: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday; names such as MON and JAN too). A field is "*",
/// numbers, ranges and steps, separated by commas. Where both kinds of day are restricted, one of them is enough, as in cron. Quartz.NET reads the fields and finds the times.
/// </summary>
public sealed partial record CronSchedule
{
    private const int DayOfMonth = 2;
    private const int DayOfWeek = 4;
    private const string Any = "*";

    private static readonly (string Name, int Least, int Most, string[] Names)[] Fields =
    [
        ("a minute", 0, 59, []),
        ("an hour", 0, 23, []),
        ("a day of the month", 1, 31, []),
        ("a month", 1, 12, ["", .. CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames]),
        ("a day of the week", 0, 7, CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames),
    ];

    /// <summary>
    /// One for each kind of day. Quartz takes both in one too, but then "*/2" counts as a restriction, which it does not in cron, and "0-6" does not, which it does.
    /// </summary>
    private readonly CronExpression byMonth;
    private readonly CronExpression byWeek;
    private readonly bool eitherDay;

    private CronSchedule(string text, string[] parts)
    {
        Text = text;
        (byMonth, byWeek) = (Parse(parts, DayOfWeek), Parse(parts, DayOfMonth));
        eitherDay = parts[DayOfMonth][0] != '*' && parts[DayOfWeek][0] != '*';
        IsAlways = Array.TrueForAll(parts, p => p == Any);
    }

    public string Text { get; }

    /// <summary>It matches at any time, and says so plainly.</summary>
    internal bool IsAlways { get; }

    public static bool TryParse(string text, out CronSchedule? schedule, out string? problem)
    {
        schedule = null;
        var parts = text.Split(' ');
        problem = parts.Length != Fields.Length ? $"five fields, not {parts.Length}"
            : Enumerable.Range(0, parts.Length).Where(i => !IsField(parts[i], i)).Select(i => $"{Fields[i].Name} from {Fields[i].Least} to {Fields[i].Most}, not '{parts[i]}'").FirstOrDefault();
        schedule = problem is null ? new CronSchedule(text, parts) : null;
        return problem is null;
    }

    /// <param name="local">On the clocks of the schedule's time zone; seconds are not looked at.</param>
    public bool Matches(DateTime local) => NextLocal(WholeMinute(local), WholeMinute(local)) is not null;

    /// <summary>The first matching time at or after a time and up to another, on the same clocks; null: there is none, as from the year on that is a hundred years from now.</summary>
    internal DateTime? NextLocal(DateTime from, DateTime until)
    {
        var time = WholeMinute(from) < from ? WholeMinute(from).AddMinutes(1) : from;
        while (time <= until)
        {
            var (month, week) = (Next(byMonth, time), Next(byWeek, time));
            if (eitherDay || month == week)
            {
                var found = month < week ? month : week;
                return found <= until ? found : null;
            }

            time = month > week ? month : week;
        }

        return null;
    }

    public bool Equals(CronSchedule? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>At or after a time; the end of time where there is none.</summary>
    private static DateTime Next(CronExpression expression, DateTime from)
        => expression.GetNextValidTimeAfter(new DateTimeOffset(from.Ticks, TimeSpan.Zero).AddSeconds(-1))?.DateTime ?? DateTime.MaxValue;

    private static DateTime WholeMinute(DateTime time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerMinute);

    /// <summary>Without one of the fields. In UTC, in which clocks are never changed: when a clock shows a time is for <see cref="StartTimes"/>.</summary>
    private static CronExpression Parse(string[] parts, int without)
        => CronExpression.Parse(string.Join(' ', parts.Select((p, i) => i == without ? Any : p)), CronFormat.Unix).WithTimeZone(TimeZoneInfo.Utc);

    /// <summary>Quartz takes more than cron: its own signs for days, ranges that wrap around, and commas with nothing behind them.</summary>
    private static bool IsField(string text, int field)
        => text.Split(',').All(item => Item().Match(item) is { Success: true } match && (!match.Groups["to"].Success || Value(match.Groups["from"].Value, field) <= Value(match.Groups["to"].Value, field)))
            && CronExpression.TryParse(string.Join(' ', Fields.Select((_, i) => i == field ? text : Any)), CronFormat.Unix, out _);

    private static int Value(string text, int field)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Array.FindIndex(Fields[field].Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("^(\\*|(?<from>[0-9]{1,2}|[A-Za-z]{3})(-(?<to>[0-9]{1,2}|[A-Za-z]{3}))?)(/[0-9]{1,2})?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Item();
}
