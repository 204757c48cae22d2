using Rebalancer.Testing.Errors;

namespace Rebalancer.Testing.Selectors;

/// <summary>Reads the labelSelector parameter: "a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1".</summary>
internal static class LabelSelectorParser
{
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? LabelSelector.Everything : new([.. Split(text).Select(term => ParseTerm(term, text))]);

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
            else if (text[i] == '(')
            {
                depth++;
            }
            else if (text[i] == ')')
            {
                depth--;
            }
        }
    }

    private static Requirement ParseTerm(string term, string whole)
    {
        if (term.EndsWith(')'))
        {
            return ParseSet(term, whole);
        }

        foreach (var (symbol, op) in new[] { ("!=", Operator.NotIn), ("==", Operator.In), ("=", Operator.In), (">", Operator.Gt), ("<", Operator.Lt) })
        {
            var at = term.IndexOf(symbol, StringComparison.Ordinal);
            if (at > 0)
            {
                return new(Key(term[..at], whole), op, [term[(at + symbol.Length)..].Trim()]);
            }
        }

        return term.StartsWith('!') ? new(Key(term[1..], whole), Operator.DoesNotExist, []) : new(Key(term, whole), Operator.Exists, []);
    }

    private static Requirement ParseSet(string term, string whole)
    {
        var open = term.IndexOf('(', StringComparison.Ordinal);
        var head = (open < 0 ? "" : term[..open]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (head.Length != 2 || head[1] is not ("in" or "notin"))
        {
            throw Unreadable(whole, term);
        }

        var values = term[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        return new(Key(head[0], whole), head[1] == "in" ? Operator.In : Operator.NotIn, values);
    }

    private static string Key(string text, string whole)
    {
        var key = text.Trim();
        return key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') ? key : throw Unreadable(whole, key);
    }

    private static ApiException Unreadable(string whole, string part) =>
        Failures.BadRequest($"unable to parse requirement: labelSelector \"{whole}\": found '{part}'");
}
