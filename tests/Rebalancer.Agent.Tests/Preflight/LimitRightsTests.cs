using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class LimitRightsTests
{
    private const string Unprivileged = "Name:\tagent\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t000001fffeffffff\n";
    private const string Privileged = "Name:\tagent\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

    [Theory]
    [InlineData("65534\t65534\t65534\t65534", "0\t0\t0\t0")]
    [InlineData("0\t65534\t0\t65534", "0\t0\t0\t0")]
    [InlineData("0\t0\t0\t0", "0\t0\t1000\t0")]
    public void Check_AnotherUserWithoutTheCapability_IsRefusedAndNamed(string user, string group)
    {
        var refusal = LimitRights.Check(Unprivileged, Status(user, group), "web", 42)!;

        Assert.Equal(Reasons.AgentUnprivileged, refusal.Reason);
        Assert.Contains("process 42 of container web", refusal.Message, StringComparison.Ordinal);
        Assert.Null(LimitRights.Check(Privileged, Status(user, group), "web", 42));
    }

    [Fact]
    public void Check_TheAgentsOwnUser_MayMove() => Assert.Null(LimitRights.Check(Unprivileged, Status("0\t0\t0\t0", "0\t0\t0\t0"), "web", 42));

    [Fact]
    public void Check_StatusThatTellsNothing_IsNoReason() => Assert.Null(LimitRights.Check("", "", "web", 42));

    [Fact]
    public void Check_ProcessThatHasEnded_IsNoReason() => Assert.Null(LimitRights.Check(Unprivileged, "", "web", 42));

    private static string Status(string user, string group) => $"Name:\tx\nUid:\t{user}\nGid:\t{group}\nCapEff:\t0000000000000000\n";
}
