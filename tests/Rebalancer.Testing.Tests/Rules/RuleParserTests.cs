using System.Text.Json.Nodes;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Tests.Rules;

public sealed class RuleParserTests
{
    private const string WriteOnce =
        "!has(oldSelf.status) || !has(oldSelf.status.decision) || oldSelf.status.decision == '' || (has(self.status) && has(self.status.decision) && self.status.decision == oldSelf.status.decision)";

    [Theory]
    [InlineData("{}", """{"status":{"decision":"Committed"}}""", true)]
    [InlineData("""{"status":{"decision":""}}""", """{"status":{"decision":"Committed"}}""", true)]
    [InlineData("""{"status":{"decision":"Committed"}}""", """{"status":{"decision":"Committed","x":1}}""", true)]
    [InlineData("""{"status":{"decision":"Committed"}}""", """{"status":{"decision":"Aborted"}}""", false)]
    [InlineData("""{"status":{"decision":"Committed"}}""", """{"status":{}}""", false)]
    [InlineData("""{"status":{"decision":"Committed"}}""", "{}", false)]
    public void WriteOnceRule_AtTheRoot_RefusesEveryWayBack(string before, string after, bool isAllowed)
    {
        var schema = StructuralSchema.Parse(new JsonObject
        {
            ["type"] = "object",
            ["x-kubernetes-validations"] = new JsonArray(new JsonObject { ["rule"] = WriteOnce, ["message"] = "write-once" }),
        });

        var errors = RuleCheck.Check(JsonNode.Parse(after)!.AsObject(), JsonNode.Parse(before)!.AsObject(), schema).ToList();

        Assert.Equal(isAllowed, errors.Count == 0);
        Assert.All(errors, e => Assert.Equal("<nil>: Invalid value: write-once", e.ToString()));
    }

    [Theory]
    [InlineData("self.a == 3 && self.b != \"x\"", true)]
    [InlineData("size(self.b) >= 2 || self.a < 1", true)]
    [InlineData("!(self.a > 2)", false)]
    [InlineData("self == oldSelf", true)]
    [InlineData("self.flag == true", true)]
    public void KnownRules_AreEvaluated(string rule, bool expected)
    {
        var self = JsonNode.Parse("""{"a":3,"b":"yy","flag":true}""");

        Assert.Equal(expected, RuleParser.TryParse(rule)!(new RuleScope(self, self)));
    }

    [Theory]
    [InlineData("self.items.all(i, i.x > 1)")]
    [InlineData("self.a in ['x']")]
    [InlineData("self.name.startsWith('x')")]
    [InlineData("self.a +")]
    [InlineData("")]
    public void OtherRules_AreLeftUnread(string rule) => Assert.Null(RuleParser.TryParse(rule));

    [Fact]
    public void FieldThatIsMissing_IsAnErrorAndNotTrue()
    {
        var rule = RuleParser.TryParse("self.status.decision == ''")!;

        Assert.Throws<RuleException>(() => rule(new RuleScope(JsonNode.Parse("{}"), null)));
    }
}
