using System.Text;
using Rebalancer.Agent.Host;

namespace Rebalancer.Agent.Tests.Host;

public sealed class CriStatusTests
{
    [Fact]
    public void Parse_ListedHandlers_AreKnown()
    {
        byte[] status = Field(1, [.. Field(1, [.. Text(1, "RuntimeReady"), 0x10, 1]), .. Field(1, [.. Text(1, "NetworkReady"), 0x10, 0])]);

        var parsed = CriStatus.Parse([.. status, .. Field(3, Text(1, "rebalancer")), .. Field(3, Text(1, "runc")), .. Field(3, [])]);

        Assert.True(parsed.IsReady);
        Assert.Equal(["rebalancer", "runc"], parsed.Handlers);
    }

    [Fact]
    public void Parse_HandlersOnlyInTheConfiguration_AreKnown()
    {
        var parsed = CriStatus.Parse(Field(2, [.. Text(1, "config"), .. Text(2, """{"containerd":{"runtimes":{"runc":{},"rebalancer":{}}}}""")]));

        Assert.False(parsed.IsReady);
        Assert.Equal(["rebalancer", "runc"], parsed.Handlers);
    }

    private static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [(byte)(number << 3 | 2), (byte)content.Length, .. content];
}
