using System.Globalization;
using System.Text.RegularExpressions;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Reads spec.freezeBudget, a Go duration without a sign.</summary>
internal static partial class FreezeBudget
{
    private static readonly Dictionary<string, double> UnitMs = new() { ["ms"] = 1, ["s"] = 1_000, ["m"] = 60_000, ["h"] = 3_600_000 };

    public static bool TryParse(string? text, MoveLimits limits, out TimeSpan budget, out string? problem)
    {
        problem = null;
        if (text is null)
        {
            budget = TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds);
            return true;
        }

        budget = default;
        var match = text.Length <= 32 ? Duration().Match(text) : Match.Empty;
        if (match.Success)
        {
            var ms = match.Groups["amount"].Captures.Zip(match.Groups["unit"].Captures)
                .Sum(part => double.Parse(part.First.ValueSpan, CultureInfo.InvariantCulture) * UnitMs[part.Second.Value]);
            if (ms >= 1 && ms <= limits.MaxFreezeBudgetSeconds * 1000)
            {
                budget = TimeSpan.FromMilliseconds(ms);
                return true;
            }
        }

        problem = $"spec.freezeBudget is '{text}', expected a duration such as 500ms or 5s from 1ms to {limits.MaxFreezeBudgetSeconds:0}s";
        return false;
    }

    [GeneratedRegex("^((?<amount>[0-9]+(\\.[0-9]+)?)(?<unit>ms|s|m|h))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
