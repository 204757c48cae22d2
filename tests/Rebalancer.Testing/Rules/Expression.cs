using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cel;
using k8s.Models;

namespace Rebalancer.Testing.Rules;

/// <summary>A compiled expression of CEL: the language itself, and of what Kubernetes adds to it only the comparison of quantities. Optional fields (".?") are not known.</summary>
internal sealed partial class Expression
{
    private static readonly HashSet<string> Functions =
    [
        "has", "all", "exists", "exists_one", "map", "filter", "size", "matches", "startsWith", "endsWith", "contains", "string", "int", "uint", "double", "bool", "bytes",
        "dyn", "type", "duration", "timestamp", "quantity", "compareTo",
    ];

    private static readonly CelEnvironment Language = New();
    private readonly CelProgramDelegate _program;

    private Expression(string text, CelProgramDelegate program) => (Text, _program) = (text, program);

    public string Text { get; }

    /// <exception cref="RuleException">It is none, or uses what is not known here.</exception>
    public static Expression Parse(string text)
    {
        // The library tells only when it is evaluated.
        var code = Literals().Replace(text, "''");
        if (code.Contains(".?", StringComparison.Ordinal) || string.IsNullOrWhiteSpace(code))
        {
            throw new RuleException(code.Length == 0 ? "it is empty" : "optional fields are not known");
        }

        if (Calls().Matches(code).Select(call => call.Groups[1].Value).FirstOrDefault(name => !Functions.Contains(name)) is { } unknown)
        {
            throw new RuleException($"undeclared reference to '{unknown}'");
        }

        try
        {
            lock (Language)
            {
                return new Expression(text, Language.Compile(text));
            }
        }
        catch (CelException e)
        {
            throw new RuleException(e.Message);
        }
    }

    /// <param name="variables">By name: what <see cref="Value"/> makes of objects.</param>
    /// <exception cref="RuleException">A field on the way is absent, or of a kind that the expression cannot work with.</exception>
    public object? Evaluate(IReadOnlyDictionary<string, object?> variables)
    {
        try
        {
            return _program(new Dictionary<string, object?>(variables));
        }
        catch (Exception e) when (e is CelException or FormatException or ArgumentException)
        {
            throw new RuleException(e.Message);
        }
    }

    /// <exception cref="RuleException">It has no value, or one that is not true or false.</exception>
    public bool IsTrue(IReadOnlyDictionary<string, object?> variables) => Evaluate(variables) is bool truth ? truth : throw new RuleException($"must evaluate to bool: {Text}");

    /// <summary>An object as expressions see it: maps, lists, texts, whole and other numbers, truth values and null.</summary>
    public static object? Value(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => map.ToDictionary(field => field.Key, field => Value(field.Value)),
        JsonArray list => list.Select(Value).ToArray(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => Number(node.ToJsonString()),
        },
    };

    private static object Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var whole) ? whole : double.Parse(text, CultureInfo.InvariantCulture);

    private static CelEnvironment New()
    {
        var language = new CelEnvironment(null, "");
        language.RegisterFunction("quantity", [typeof(string)], arguments => new Quantity(new ResourceQuantity((string)arguments[0]!).ToDecimal()));
        language.RegisterFunction("compareTo", [typeof(Quantity), typeof(Quantity)], arguments => (long)((Quantity)arguments[0]!).Value.CompareTo(((Quantity)arguments[1]!).Value));
        return language;
    }

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex Literals();

    [GeneratedRegex(@"([A-Za-z_]\w*)\s*\(")]
    private static partial Regex Calls();

    private sealed record Quantity(decimal Value);
}
