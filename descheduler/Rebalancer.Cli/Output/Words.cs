using System.Globalization;

namespace Rebalancer.Cli.Output;

/// <summary>Amounts for people.</summary>
internal static class Words
{
    private const double KiB = 1024;
    private const int MsPerSecond = 1000;
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB"];

    /// <summary>"134 MiB".</summary>
    public static string Bytes(long bytes)
    {
        var (amount, unit) = (bytes / KiB, 0);
        while (amount >= KiB && unit < Units.Length - 1)
        {
            (amount, unit) = (amount / KiB, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {Units[unit]}");
    }

    /// <summary>"67 ms", "1.3 s".</summary>
    public static string Milliseconds(long ms) => ms < MsPerSecond ? string.Create(CultureInfo.InvariantCulture, $"{ms} ms") : Seconds(TimeSpan.FromMilliseconds(ms));

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    /// <summary>As kubectl has it: "45s", "12m", "3h", "9d".</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 120 } => Whole(Math.Max(0, age.TotalSeconds), "s"),
        { TotalMinutes: < 120 } => Whole(age.TotalMinutes, "m"),
        { TotalHours: < 48 } => Whole(age.TotalHours, "h"),
        _ => Whole(age.TotalDays, "d"),
    };

    /// <summary>"1 pod", "2 pods".</summary>
    public static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Whole(double amount, string unit) => Math.Floor(amount).ToString("0", CultureInfo.InvariantCulture) + unit;
}
