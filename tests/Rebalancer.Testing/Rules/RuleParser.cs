using System.Globalization;
using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Rules;

/// <summary>
/// Reads the part of CEL that rules of immutable and write-once fields need: self and oldSelf with fields, has(), size(), literals,
/// comparisons, !, &amp;&amp;, || and parentheses. Any other rule is left unread.
/// </summary>
internal sealed class RuleParser
{
    private readonly IReadOnlyList<string> _tokens;
    private int _at;

    private RuleParser(IReadOnlyList<string> tokens) => _tokens = tokens;

    /// <returns>Null when the rule uses more of CEL than is known.</returns>
    public static Func<RuleScope, object?>? TryParse(string rule)
    {
        if (RuleTokens.Split(rule) is not { } tokens)
        {
            return null;
        }

        try
        {
            var parser = new RuleParser(tokens);
            var expression = parser.Or();
            return parser._at == tokens.Count ? expression : null;
        }
        catch (FormatException)
        {
            // Not of the known part.
            return null;
        }
    }

    private Func<RuleScope, object?> Or()
    {
        var left = And();
        while (Take("||"))
        {
            var (first, second) = (left, And());
            left = scope => Truth(first(scope)) || Truth(second(scope));
        }

        return left;
    }

    private Func<RuleScope, object?> And()
    {
        var left = Comparison();
        while (Take("&&"))
        {
            var (first, second) = (left, Comparison());
            left = scope => Truth(first(scope)) && Truth(second(scope));
        }

        return left;
    }

    private Func<RuleScope, object?> Comparison()
    {
        var left = Not();
        foreach (var symbol in new[] { "==", "!=", "<=", ">=", "<", ">" })
        {
            if (Take(symbol))
            {
                var right = Not();
                return symbol switch
                {
                    "==" => scope => Same(left(scope), right(scope)),
                    "!=" => scope => !Same(left(scope), right(scope)),
                    "<=" => scope => Order(left(scope), right(scope)) <= 0,
                    ">=" => scope => Order(left(scope), right(scope)) >= 0,
                    "<" => scope => Order(left(scope), right(scope)) < 0,
                    _ => scope => Order(left(scope), right(scope)) > 0,
                };
            }
        }

        return left;
    }

    private Func<RuleScope, object?> Not()
    {
        if (!Take("!"))
        {
            return Primary();
        }

        var inner = Not();
        return scope => !Truth(inner(scope));
    }

    private Func<RuleScope, object?> Primary()
    {
        if (Take("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        var token = Next();
        switch (token)
        {
            case "has":
                Expect("(");
                var asked = Path(Next());
                Expect(")");
                return scope => scope.Has(asked);
            case "size":
                Expect("(");
                var sized = Or();
                Expect(")");
                return scope => (object)Size(sized(scope));
            case "true" or "false":
                return _ => token == "true";
            case "null":
                return _ => null;
        }

        if (token[0] is '\'' or '"')
        {
            return _ => token[1..^1];
        }

        if (char.IsAsciiDigit(token[^1]) && decimal.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return _ => number;
        }

        var path = Path(token);
        return scope => scope.Read(path);
    }

    private List<string> Path(string first)
    {
        if (first is not ("self" or "oldSelf"))
        {
            throw new FormatException(first);
        }

        var path = new List<string> { first };
        while (Take("."))
        {
            path.Add(Next());
        }

        return _at < _tokens.Count && _tokens[_at] == "(" ? throw new FormatException("a call") : path;
    }

    private bool Take(string token)
    {
        if (_at >= _tokens.Count || _tokens[_at] != token)
        {
            return false;
        }

        _at++;
        return true;
    }

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw new FormatException("unexpected end");

    private void Expect(string token)
    {
        if (!Take(token))
        {
            throw new FormatException(token);
        }
    }

    private static bool Truth(object? value) => value is bool truth ? truth : throw new RuleException("no such overload");

    private static bool Same(object? left, object? right) =>
        left is JsonNode a && right is JsonNode b ? JsonNode.DeepEquals(a, b) : Equals(left, right);

    private static int Order(object? left, object? right) => (left, right) switch
    {
        (decimal a, decimal b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        _ => throw new RuleException("no such overload"),
    };

    private static decimal Size(object? value) => value switch
    {
        string text => text.Length,
        JsonArray list => list.Count,
        JsonObject map => map.Count,
        _ => throw new RuleException("no such overload"),
    };
}
