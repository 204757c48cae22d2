using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Cluster;

public sealed class DecisionPatchTests
{
    [Fact]
    public void Of_Committed_TestsForNoDecisionFirst() => Assert.Equal(
        """[{"op":"test","path":"/metadata/uid","value":"uid"},{"op":"test","path":"/status/decision","value":""},{"op":"replace","path":"/status/decision","value":"Committed"}]""",
        DecisionPatch.Of("uid", Decision.Committed, null, null));

    [Fact]
    public void Of_AbortedWithReason_CarriesIt() => Assert.Contains("""{"op":"add","path":"/status/reason","value":"PeerUnreachable"}""", DecisionPatch.Of("uid", Decision.Aborted, "PeerUnreachable", "gone"), StringComparison.Ordinal);

    [Fact]
    public void Of_NoDecision_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => DecisionPatch.Of("uid", Decision.None, null, null));
}
