using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Rules;

/// <summary>One of a schema's x-kubernetes-validations.</summary>
/// <param name="Expression">Null when the rule uses more of CEL than is known; it is not enforced then.</param>
internal sealed record ValidationRule(string Rule, string Message, Expression? Expression)
{
    /// <summary>Whether it compares with the value before the write; it is then checked only where there is one.</summary>
    public bool IsTransition { get; } = Rule.Contains("oldSelf", StringComparison.Ordinal);

    public static IReadOnlyList<ValidationRule> Of(JsonObject schema) =>
    [
        .. schema.Objects("x-kubernetes-validations").Select(v =>
        {
            var rule = v.Text("rule") ?? "";
            return new ValidationRule(rule, v.Text("message") ?? $"failed rule: {rule}", TryParse(rule));
        }),
    ];

    private static Expression? TryParse(string rule)
    {
        try
        {
            return Expression.Parse(rule);
        }
        catch (RuleException)
        {
            return null;
        }
    }
}
