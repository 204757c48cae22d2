using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Patching;

namespace Rebalancer.Testing.Tests.Patching;

public sealed class StrategicMergePatchTests
{
    [Theory]
    [InlineData("Pod", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""", """{"spec":{"containers":[{"name":"b","image":"3"}]}}""", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"}]}}""")]
    [InlineData("Pod", """{"spec":{"containers":[{"name":"a","env":[{"name":"x","value":"1"}],"ports":[{"containerPort":80,"name":"h"}]}]}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"y","value":"2"}],"ports":[{"containerPort":80,"name":"g"}]}]}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"x","value":"1"},{"name":"y","value":"2"}],"ports":[{"containerPort":80,"name":"g"}]}]}}""")]
    [InlineData("Node", """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}""", """{"spec":{"taints":[{"key":"b","effect":"NoSchedule"}]}}""", """{"spec":{"taints":[{"key":"b","effect":"NoSchedule"}]}}""")]
    [InlineData("Node", """{"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Disk","status":"False"}]}}""", """{"status":{"conditions":[{"type":"Ready","status":"False"}]}}""", """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Disk","status":"False"}]}}""")]
    [InlineData("Pod", """{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"finalizers":["b","a"]}}""", """{"metadata":{"finalizers":["a","b"]}}""")]
    [InlineData("Pod", """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""", """{"metadata":{"finalizers":["b"]}}""")]
    [InlineData("Pod", """{"metadata":{"ownerReferences":[{"uid":"1"},{"uid":"2"}]}}""", """{"metadata":{"ownerReferences":[{"$patch":"delete","uid":"1"}]}}""", """{"metadata":{"ownerReferences":[{"uid":"2"}]}}""")]
    [InlineData("Pod", """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}""", """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}""")]
    [InlineData("Pod", """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""", """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData("Pod", """{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""", """{"metadata":{"labels":{"b":"2","c":"3"}}}""")]
    [InlineData("Pod", """{"spec":{"nodeSelector":{"a":"1"}}}""", """{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}""", """{"spec":{"nodeSelector":{"b":"2"}}}""")]
    [InlineData("Service", """{"spec":{"ports":[{"port":80,"name":"a"},{"port":81}]}}""", """{"spec":{"ports":[{"port":80,"name":"b"}]}}""", """{"spec":{"ports":[{"port":80,"name":"b"},{"port":81}]}}""")]
    [InlineData("Pod", """{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}],"$setElementOrder/containers":[{"name":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    public void Apply_KnownLists_AreMergedByTheirKeys(string kind, string target, string patch, string expected)
    {
        var result = new StrategicMergePatch(kind).Apply(JsonNode.Parse(target)!.AsObject(), JsonNode.Parse(patch)!.AsObject());

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result.ToJsonString());
    }

    [Fact]
    public void Apply_ItemWithoutItsMergeKey_IsRefused()
    {
        var target = JsonNode.Parse("""{"spec":{"containers":[{"name":"a"}]}}""")!.AsObject();

        var refusal = Assert.Throws<ApiException>(() =>
            new StrategicMergePatch("Pod").Apply(target, JsonNode.Parse("""{"spec":{"containers":[{"image":"x"}]}}""")!.AsObject()));

        Assert.Equal(400, refusal.Code);
        Assert.Contains("merge key: name", refusal.Message, StringComparison.Ordinal);
    }
}
