using System.Net;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Tests.Transfer;

public sealed class UnknownCallersTests
{
    private const int Most = 4;
    private static readonly IPAddress Flooder = IPAddress.Parse("10.0.0.66");
    private static readonly IPAddress Peer = IPAddress.Parse("10.0.0.2");
    private readonly UnknownCallers callers = new(Most);
    private readonly List<string> hungUp = [];

    [Fact]
    public void Enter_AFloodOfOneAddress_CostsOnlyItsOwn()
    {
        var peer = Enter(Peer, "peer");
        for (var each = 0; each < 100; each++) { Enter(Flooder, $"flooder {each}"); }

        Assert.Equal(Enumerable.Range(0, 97).Select(each => $"flooder {each}"), hungUp);
        Assert.True(callers.Leave(peer));
    }

    [Fact]
    public void Enter_WhereAllAreTaken_TakesTheOldestPlaceOfTheLoudest()
    {
        for (var each = 0; each < Most; each++) { Enter(Flooder, $"flooder {each}"); }

        var peer = Enter(Peer, "peer");

        Assert.Equal(["flooder 0"], hungUp);
        Assert.True(callers.Leave(peer));
    }

    [Fact]
    public void Enter_EachOfAnAddressOfItsOwn_TheOldestLeaves()
    {
        for (var each = 0; each <= Most; each++) { Enter(IPAddress.Parse($"10.0.1.{each}"), $"{each}"); }

        Assert.Equal(["0"], hungUp);
    }

    [Fact]
    public void Leave_MakesRoomOnce_AndSaysWhoHadToGo()
    {
        var first = Enter(Flooder, "first");
        for (var each = 1; each < Most; each++) { Enter(Flooder, $"{each}"); }
        Assert.True(callers.Leave(first));
        Assert.False(callers.Leave(first));
        var next = Enter(Flooder, "next");
        Assert.Empty(hungUp);

        for (var each = 0; each < Most; each++) { Enter(Peer, $"peer {each}"); }

        Assert.Equal(["1", "2", "3", "peer 0"], hungUp);
        Assert.True(callers.Leave(next));
    }

    private UnknownCaller Enter(IPAddress address, string name) => callers.Enter(address, () => hungUp.Add(name));
}
