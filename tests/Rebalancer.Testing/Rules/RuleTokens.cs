using System.Text.RegularExpressions;

namespace Rebalancer.Testing.Rules;

/// <summary>Cuts a rule into tokens.</summary>
internal static partial class RuleTokens
{
    /// <returns>Null when the rule holds something that is no token of the known part of CEL.</returns>
    public static IReadOnlyList<string>? Split(string rule)
    {
        var tokens = new List<string>();
        var at = 0;
        while (at < rule.Length)
        {
            var match = Token().Match(rule, at);
            if (!match.Success)
            {
                return null;
            }

            if (match.Groups["token"].Success)
            {
                tokens.Add(match.Groups["token"].Value);
            }

            at = match.Index + match.Length;
        }

        return tokens;
    }

    [GeneratedRegex("""\G(?:\s+|(?<token>'[^'\\]*'|"[^"\\]*"|-?[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*|&&|\|\||==|!=|<=|>=|[!<>().]))""", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
