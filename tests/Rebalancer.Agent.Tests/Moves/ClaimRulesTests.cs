using k8s.Models;
using Rebalancer.Agent.Moves;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class ClaimRulesTests
{
    private const string Node = "n2";

    [Fact]
    public void IsBound_BoundToThisPod_IsTrue() => Assert.True(ClaimRules.IsBound(Of("pod-1"), "pod-1", "token", Node));

    [Fact]
    public void IsBound_NotBoundYet_IsFalse() => Assert.False(ClaimRules.IsBound(Of(null), "pod-1", "token", Node));

    [Theory]
    [InlineData("pod-2", "token", Node, "")]
    [InlineData("pod-1", "guessed", Node, "")]
    [InlineData("pod-1", "", Node, "")]
    [InlineData("pod-1", "token", "n3", "")]
    [InlineData("pod-1", "token", Node, Decision.Aborted)]
    public void IsBound_NotThisPodsClaim_Throws(string podUid, string token, string node, string decision)
    {
        var migration = Of("pod-1");
        migration.Status.Decision = decision;
        var e = Assert.Throws<ClaimException>(() => ClaimRules.IsBound(migration, podUid, token, node));
        Assert.Contains("shop/move", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsBound_EmptyTokenOnBothSides_Throws()
    {
        var migration = Of(null);
        migration.Status.Claim!.Token = "";
        Assert.Throws<ClaimException>(() => ClaimRules.IsBound(migration, "pod-1", "", Node));
    }

    private static Migration Of(string? boundTo) => new()
    {
        Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "shop", Uid = "u" },
        Status = new MigrationStatus { TargetNode = Node, Claim = new Claim { Token = "token", PodUID = boundTo } },
    };
}
