using System.Text.Json.Nodes;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Tests.Rules;

/// <summary>A real API server (1.36) refuses a definition whose default breaks a rule, or cannot be judged, as it is written.</summary>
public sealed class DefaultRuleTests
{
    [Theory]
    [InlineData("self.method == 'Webhook' || !has(self.url)", false)]
    [InlineData("(has(self.method) && self.method == 'Webhook') == has(self.url)", true)]
    public void CheckDefaults_InnerDefaultsAreNotThereYet(string rule, bool isTaken)
    {
        var schema = StructuralSchema.Parse(JsonNode.Parse(
            """
            {"type": "object", "properties": {"release": {"type": "object", "default": {}, "x-kubernetes-validations": [{"rule": "RULE"}],
              "properties": {"method": {"type": "string", "default": "Autoscaler"}, "url": {"type": "string"}}}}}
            """.Replace("RULE", rule, StringComparison.Ordinal))!.AsObject());

        var errors = RuleCheck.CheckDefaults(schema, "schema").ToList();

        Assert.Equal(isTaken, errors.Count == 0);
        Assert.All(errors, e => Assert.Equal("schema.properties[release].default", e.Field));
    }
}
