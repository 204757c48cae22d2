using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Model;
using Rebalancer.Policy;

namespace Rebalancer.PolicyObjects.Tests;

/// <summary>Policies as they are written, and what comes of them.</summary>
internal static class Documents
{
    private static readonly JsonSerializerOptions Shown = new() { WriteIndented = true };

    public static JsonObject Policy(string spec) => new()
    {
        ["apiVersion"] = "rebalancer.dev/v1alpha1",
        ["kind"] = "RebalancePolicy",
        ["metadata"] = new JsonObject { ["name"] = "p" },
        ["spec"] = JsonNode.Parse(spec),
    };

    public static (RebalanceRules Rules, List<string> Problems) Read(JsonNode? document)
    {
        var problems = new List<InvalidField>();
        var rules = PolicyReader.Read("p.yaml", document, problems);
        return (rules, [.. problems.Select(p => p.ToString())]);
    }

    /// <summary>All that rules hold, as text: their lists are equal only where they are the same.</summary>
    public static string Text(RebalanceRules rules) => JsonSerializer.Serialize(rules with { Plan = rules.Plan with { Limits = rules.Plan.Limits with { FreezeBudget = rules.Plan.Limits.Freeze } } }, Shown);
}
