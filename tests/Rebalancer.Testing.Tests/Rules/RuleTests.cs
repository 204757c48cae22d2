using System.Text.Json.Nodes;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Tests.Rules;

public sealed class RuleTests
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
    [InlineData("self.flag", true)]
    [InlineData("self.half < 1.0", true)]
    [InlineData("self.list.all(each, each in ['x', 'y']) && self.b.startsWith('y')", true)]
    [InlineData("quantity(string(self.a)).compareTo(quantity('2500m')) > 0", true)]
    [InlineData("has(self.c) ? self.c == 1 : self.list.exists(each, each == 'z')", false)]
    public void Expression_OfTheLanguage_IsEvaluated(string rule, bool expected)
    {
        var self = Expression.Value(JsonNode.Parse("""{"a":3,"b":"yy","flag":true,"half":0.5,"list":["x","y"]}"""));

        Assert.Equal(expected, Expression.Parse(rule).IsTrue(new Dictionary<string, object?> { ["self"] = self, ["oldSelf"] = self }));
    }

    [Theory]
    [InlineData("self.a +")]
    [InlineData("self.a.isSorted()")]
    [InlineData("self.?a.orValue('')")]
    [InlineData("")]
    public void Expression_ThatIsNone_IsRefused(string rule) => Assert.Throws<RuleException>(() => Expression.Parse(rule));

    [Theory]
    [InlineData("self.status.decision == ''")]
    [InlineData("self.a")]
    public void Expression_WithoutATruthValue_IsAnErrorAndNotTrue(string rule)
    {
        var self = Expression.Value(JsonNode.Parse("""{"a":3}"""));

        Assert.Throws<RuleException>(() => Expression.Parse(rule).IsTrue(new Dictionary<string, object?> { ["self"] = self }));
    }
}
