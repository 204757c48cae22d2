using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class UnixPeersTests
{
    private static readonly Dictionary<uint, string> Owners = new() { [10] = "web", [11] = "web", [20] = "db" };

    [Fact]
    public void Find_BothEndsInOneContainer_IsFine() => Assert.Null(UnixPeers.Find(new Dictionary<uint, uint> { [10] = 11, [11] = 10 }, Owners));

    [Fact]
    public void Find_ListeningSocket_IsFine() => Assert.Null(UnixPeers.Find(new Dictionary<uint, uint> { [10] = 0, [20] = 0 }, Owners));

    [Fact]
    public void Find_NotAcceptedYet_IsLeftToTheCheckpoint() => Assert.Null(UnixPeers.Find(new Dictionary<uint, uint> { [10] = 99, [99] = 10 }, Owners));

    [Fact]
    public void Find_SocketsOfOtherProcesses_AreNoConcern() => Assert.Null(UnixPeers.Find(new Dictionary<uint, uint> { [70] = 71, [71] = 70, [72] = 500 }, Owners));

    [Fact]
    public void Find_BetweenContainers_NamesBoth()
    {
        var refusal = UnixPeers.Find(new Dictionary<uint, uint> { [10] = 20, [20] = 10 }, Owners);
        Assert.Equal(Reasons.ExternalSocket, refusal?.Reason);
        Assert.Contains("web", refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("db", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OtherEndOutsideThePod_NamesTheContainer()
    {
        var refusal = UnixPeers.Find(new Dictionary<uint, uint> { [20] = 500 }, Owners);
        Assert.Equal(Reasons.ExternalSocket, refusal?.Reason);
        Assert.Contains("db", refusal!.Message, StringComparison.Ordinal);
    }
}
