using System.Text;
using System.Text.Json;
using Rebalancer.Runtime.Bundles;
using Xunit;

namespace Rebalancer.Runtime.Tests.Bundles;

public sealed class BundleAnnotationTests
{
    [Theory]
    [InlineData("""{"a":1,"annotations":{"k":"v"},"z":2}""", """{"a":1,"annotations":{"org.criu.config":"/c","k":"v"},"z":2}""")]
    [InlineData("""{"annotations":{}}""", """{"annotations":{"org.criu.config":"/c"}}""")]
    [InlineData("""{"annotations":null,"z":2}""", """{"annotations":{"org.criu.config":"/c"},"z":2}""")]
    [InlineData("""{"a":[1,{"annotations":{"inner":1}}]}""", """{"annotations":{"org.criu.config":"/c"},"a":[1,{"annotations":{"inner":1}}]}""")]
    [InlineData("{}", """{"annotations":{"org.criu.config":"/c"}}""")]
    [InlineData("""{"annotations":{"k":"v","org.criu.config" : "/old" , "l":"w"}}""", """{"annotations":{"k":"v","org.criu.config" : "/c" , "l":"w"}}""")]
    [InlineData("{ \"annotations\" :\n { \"k\":\"\\u00e9ü\\n\" } }", "{ \"annotations\" :\n {\"org.criu.config\":\"/c\", \"k\":\"\\u00e9ü\\n\" } }")]
    public void Set_EveryShapeOfConfig_ChangesOneAnnotationAndNoOtherByte(string before, string after) =>
        Assert.Equal(after, Encoding.UTF8.GetString(BundleAnnotation.Set(Encoding.UTF8.GetBytes(before), "org.criu.config", "/c")));

    [Fact]
    public void Set_Twice_IsTheSameAsOnce()
    {
        var once = BundleAnnotation.Set("""{"annotations":{"k":"v"}}"""u8, "org.criu.config", "/a \"quoted\" path");

        Assert.Equal(once, BundleAnnotation.Set(once, "org.criu.config", "/a \"quoted\" path"));
        Assert.Equal("/a \"quoted\" path", JsonDocument.Parse(once).RootElement.GetProperty("annotations").GetProperty("org.criu.config").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"annotations":[]}""")]
    [InlineData("""{"annotations":{"k":"v" """)]
    public void Set_NoConfig_IsRefused(string json) =>
        Assert.ThrowsAny<JsonException>(() => BundleAnnotation.Set(Encoding.UTF8.GetBytes(json), "org.criu.config", "/c"));
}
