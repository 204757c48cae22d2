using System.Text.Json;
using Rebalancer.Agent.Local;
using Xunit;

namespace Rebalancer.Runtime.Tests;

/// <summary>Agent and wrapper may be of different versions: what one leaves out or adds must not trip the other.</summary>
public sealed class LocalMessagesTests
{
    [Fact]
    public void Reply_WithMissingAndUnknownFields_HasDefaults()
    {
        var reply = JsonSerializer.Deserialize("""{"action":"proceed","later":{"x":[1]}}""", LocalJson.Default.LocalReply)!;

        Assert.Equal(new LocalReply { Action = "proceed" }, reply);
        Assert.Equal("", reply.Reason);
    }

    [Fact]
    public void Request_WithMissingFields_HasDefaults() =>
        Assert.Equal(new LocalRequest { Op = "hold" }, JsonSerializer.Deserialize("""{"op":"hold"}""", LocalJson.Default.LocalRequest));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"action":null}""")]
    [InlineData("""{"action":"fail","reason":null}""")]
    public void Reply_WithoutAnAction_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, LocalJson.Default.LocalReply));
}
