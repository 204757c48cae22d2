using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Rebalancer.Cli.Savings;

/// <summary>Instants of a command line: RFC 3339, a date, or how long ago, such as 7d, 24h or 90m.</summary>
internal static class SinceOption
{
    private const double MaxDays = 3650;

    public static Option<DateTimeOffset?> Create(string name, string description, TimeProvider clock) => new(name)
    {
        Description = description + " RFC 3339, a date, or how long ago (7d, 24h, 90m).",
        CustomParser = argument => Parse(argument, name, clock.GetUtcNow()),
    };

    internal static DateTimeOffset? Read(string text, DateTimeOffset now)
    {
        if (text.Length > 1 && Days(text[^1]) is { } days && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * days is > 0 and <= MaxDays)
        {
            return now - TimeSpan.FromDays(count * days);
        }

        return DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }

    private static DateTimeOffset? Parse(ArgumentResult argument, string name, DateTimeOffset now)
    {
        var text = argument.Tokens[0].Value;
        if (Read(text, now) is { } at)
        {
            return at;
        }

        argument.AddError($"{name} is '{text}', expected an instant as in RFC 3339, a date, or how long ago such as 7d, 24h or 90m");
        return null;
    }

    private static double? Days(char unit) => unit switch
    {
        'd' => 1,
        'h' => 1 / 24.0,
        'm' => 1 / 1440.0,
        _ => null,
    };
}
