using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Rules;

namespace Rebalancer.Testing.Admission;

/// <param name="Reason">Invalid or Forbidden.</param>
internal sealed record PolicyRefusal(string Reason, string Message);

/// <summary>A ValidatingAdmissionPolicy, its expressions compiled.</summary>
internal sealed class ValidatingPolicy
{
    private sealed record Named(string Name, Expression Expression);

    private sealed record Validation(Expression Expression, string? Message, Expression? MessageExpression, string Reason);

    private readonly IReadOnlyList<JsonElement> _rules;
    private readonly IReadOnlyList<Named> _conditions, _variables;
    private readonly IReadOnlyList<Validation> _validations;
    private readonly bool _ignoresFailures;

    private ValidatingPolicy(JsonElement policy)
    {
        Name = policy.Text("metadata", "name") ?? "";
        _rules = [.. policy.Items("spec", "matchConstraints", "resourceRules")];
        _conditions = NamedOf(policy, "matchConditions");
        _variables = NamedOf(policy, "variables");
        _validations =
        [
            .. policy.Items("spec", "validations").Select(v => new Validation(
                Expression.Parse(v.Text("expression") ?? ""), v.Text("message"), v.Text("messageExpression") is { } text ? Expression.Parse(text) : null, v.Text("reason") ?? "Invalid")),
        ];
        _ignoresFailures = policy.Text("spec", "failurePolicy") == "Ignore";
        ParameterKind = policy.At("spec", "paramKind") is { } kind ? (kind.Text("apiVersion") ?? "", kind.Text("kind") ?? "") : null;
    }

    public string Name { get; }

    public (string ApiVersion, string Kind)? ParameterKind { get; }

    /// <exception cref="RuleException">One of its expressions is none, or uses what is not known here. The message names it.</exception>
    public static ValidatingPolicy Of(JsonElement policy) => new(policy);

    /// <summary>Whether the rules name this write.</summary>
    public bool Matches(AdmissionRequest request) => _rules.Any(rule => ResourceRule.Matches(rule, request));

    /// <param name="parameters">Each is judged by; null: there is no such kind.</param>
    /// <returns>Null: the write is allowed.</returns>
    public PolicyRefusal? Judge(AdmissionRequest request, IReadOnlyList<JsonObject?>? parameters)
    {
        if (parameters is null)
        {
            return Failure("the kind of its parameters does not exist");
        }

        var known = new Dictionary<string, object?>
        {
            ["request"] = Expression.Value(AdmissionReviews.WriteRequest(request, "")),
            ["object"] = Expression.Value(request.Object),
            ["oldObject"] = Expression.Value(request.OldObject),
        };
        return parameters.Select(each => Judge(new Dictionary<string, object?>(known) { ["params"] = Expression.Value(each) })).FirstOrDefault(refusal => refusal is not null);
    }

    private PolicyRefusal? Judge(Dictionary<string, object?> known)
    {
        try
        {
            if (!_conditions.All(condition => condition.Expression.IsTrue(known)))
            {
                return null;
            }

            known["variables"] = Variables(known);
            foreach (var validation in _validations)
            {
                if (!validation.Expression.IsTrue(known))
                {
                    return new PolicyRefusal(validation.Reason, validation.MessageExpression?.Evaluate(known) as string ?? validation.Message ?? $"failed expression: {validation.Expression.Text}");
                }
            }

            return null;
        }
        catch (RuleException e)
        {
            return Failure($"expression resulted in error: {e.Message}");
        }
    }

    private PolicyRefusal? Failure(string why) => _ignoresFailures ? null : new PolicyRefusal("Invalid", why);

    /// <summary>A variable that has no value is missing, so that an expression fails only where it asks for it.</summary>
    private Dictionary<string, object?> Variables(Dictionary<string, object?> known)
    {
        var values = new Dictionary<string, object?>();
        var scope = new Dictionary<string, object?>(known) { ["variables"] = values };
        foreach (var variable in _variables)
        {
            try
            {
                values[variable.Name] = variable.Expression.Evaluate(scope);
            }
            catch (RuleException)
            {
                values.Remove(variable.Name);
            }
        }

        return values;
    }

    private static IReadOnlyList<Named> NamedOf(JsonElement policy, string field) =>
        [.. policy.Items("spec", field).Select(each => new Named(each.Text("name") ?? "", Expression.Parse(each.Text("expression") ?? "")))];
}
