using System.Globalization;
using System.Text.RegularExpressions;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Reads durations as API objects have them: Go's ("1h30m", "500ms"), without a sign and at most 32 characters.</summary>
public static partial class Durations
{
    private const int MaxLength = 32;
    private static readonly Dictionary<string, double> UnitMs = new() { ["ms"] = 1, ["s"] = 1_000, ["m"] = 60_000, ["h"] = 3_600_000 };

    /// <param name="duration">Rounded to milliseconds; at most a hundred years.</param>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = text.Length <= MaxLength ? Duration().Match(text) : Match.Empty;
        if (!match.Success)
        {
            return false;
        }

        var ms = match.Groups["amount"].Captures.Zip(match.Groups["unit"].Captures)
            .Sum(part => double.Parse(part.First.ValueSpan, CultureInfo.InvariantCulture) * UnitMs[part.Second.Value]);
        duration = TimeSpan.FromMilliseconds(Math.Min(ms, TimeSpan.FromDays(36_525).TotalMilliseconds));
        return true;
    }

    [GeneratedRegex("^((?<amount>[0-9]+(\\.[0-9]+)?)(?<unit>ms|s|m|h))+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
