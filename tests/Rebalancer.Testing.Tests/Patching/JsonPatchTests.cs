using System.Text.Json.Nodes;
using Rebalancer.Testing.Patching;

namespace Rebalancer.Testing.Tests.Patching;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":[1,2]}""", """[{"op":"add","path":"/a/1","value":9}]""", """{"a":[1,9,2]}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"add","path":"/a/-","value":9}]""", """{"a":[1,2,9]}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b~1c","value":null}]""", """{"a":1,"b/c":null}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/c"}]""", """{"a":{},"c":1}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]""", """{"a":{"b":1},"c":{"b":2}}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/0"},{"op":"test","path":"/a/0","value":2}]""", """{"a":[2,3]}""")]
    [InlineData("""{"a":1.0}""", """[{"op":"test","path":"/a","value":1}]""", """{"a":1.0}""")]
    public void Apply_ValidOperations_GivesTheDocument(string document, string patch, string expected)
    {
        var result = JsonPatch.Apply(JsonNode.Parse(document)!, JsonNode.Parse(patch)!.AsArray());

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""[{"op":"test","path":"/missing","value":""}]""")]
    [InlineData("""[{"op":"remove","path":"/missing"}]""")]
    [InlineData("""[{"op":"replace","path":"/missing","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/missing/x","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/9","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/01x","value":1}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/x"}]""")]
    [InlineData("""[{"op":"jump","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/b"}]""")]
    [InlineData("""[7]""")]
    public void Apply_OperationThatDoesNotFit_ChangesNothing(string patch)
    {
        var document = JsonNode.Parse("""{"a":1,"l":[1],"o":{}}""")!;
        var first = JsonNode.Parse("""[{"op":"add","path":"/touched","value":true}]""")!.AsArray();
        foreach (var operation in JsonNode.Parse(patch)!.AsArray())
        {
            first.Add(operation!.DeepClone());
        }

        Assert.Throws<JsonPatchException>(() => JsonPatch.Apply(document, first));
        Assert.Equal("""{"a":1,"l":[1],"o":{}}""", document.ToJsonString());
    }
}
