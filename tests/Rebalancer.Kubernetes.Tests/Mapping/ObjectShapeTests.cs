using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class ObjectShapeTests
{
    [Theory]
    [InlineData("""{"spec": {"podName": "p", "priority": 5, "deadline": "2026-01-01T00:00:00Z"}}""", null)]
    [InlineData("""{"spec": {"podName": null}}""", null)]
    [InlineData("""{"spec": {"podNmae": "p"}}""", "o: spec.podNmae is 'p', expected a field of a MigrationSpec: cpuPolicy")]
    [InlineData("""{"spec": {"podName": 5}}""", "o: spec.podName is '5', expected text")]
    [InlineData("""{"spec": {"priority": "high"}}""", "o: spec.priority is 'high', expected a whole number")]
    [InlineData("""{"spec": {"priority": 3000000000}}""", "o: spec.priority is '3000000000', expected a whole number")]
    [InlineData("""{"spec": {"priority": 0.5}}""", "o: spec.priority is '0.5', expected a whole number")]
    [InlineData("""{"spec": {"deadline": "soon"}}""", "o: spec.deadline is 'soon', expected a time (RFC 3339)")]
    [InlineData("""{"spec": []}""", "o: spec is '[]', expected an object")]
    [InlineData("""{"metadata": {"labels": {"a": 1}}}""", "o: metadata.labels[a] is '1', expected text")]
    [InlineData("""{"metadata": {"finalizers": "a"}}""", "o: metadata.finalizers is 'a', expected a list")]
    [InlineData("""{"metadata": {"finalizers": ["a", null]}}""", "o: metadata.finalizers[1] is '', expected a value")]
    [InlineData("""{"status": {"conditions": [{"type": 1}]}}""", "o: status.conditions[0].type is '1', expected text")]
    public void Sound_Object_SaysWhichFieldAndWhatStandsThere(string json, string? problem)
    {
        var problems = new List<InvalidField>();

        ObjectShape.Sound("o", (JsonObject)JsonNode.Parse(json)!, typeof(Migration), problems);

        if (problem is null) { Assert.Empty(problems); }
        else { Assert.StartsWith(problem, Assert.Single(problems).ToString(), StringComparison.Ordinal); }
    }

    /// <summary>The rest is looked at as well, so that everything wrong is told at once; and the object itself is not touched.</summary>
    [Fact]
    public void Sound_PartsThatDoNotFit_AreLeftOutOfTheCopyOnly()
    {
        var problems = new List<InvalidField>();
        var o = (JsonObject)JsonNode.Parse("""{"other": 1, "spec": {"podName": "p", "priority": "high", "metadata": {}}}""")!;

        var sound = ObjectShape.Sound("o", o, typeof(Migration), problems);

        Assert.Equal(["other", "spec.priority", "spec.metadata"], problems.Select(p => p.Field));
        Assert.Equal("""{"spec":{"podName":"p"}}""", sound.ToJsonString());
        Assert.Equal("high", (string?)o["spec"]!["priority"]);
    }
}
