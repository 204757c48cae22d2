using Rebalancer.Agent.Memory;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class StrategyChoiceTests
{
    private static readonly StrategyFacts Plain = new(Strategies.Auto, Fits: true, HasDeadline: false, IsRestoredBeforeCommit: true, TakesLatePages: true);

    [Theory]
    [InlineData(Strategies.Auto, true, Strategies.PreCopy)]
    [InlineData(Strategies.Auto, false, Strategies.PostCopy)]
    [InlineData(Strategies.PreCopy, false, Strategies.PreCopy)]
    [InlineData(Strategies.PostCopy, true, Strategies.PostCopy)]
    public void Of_NothingInTheWay_DependsOnBothNodesOnlyWhereAskedForOrNeeded(string asked, bool fits, string expected) =>
        Assert.Equal(expected, StrategyChoice.Of(Plain with { Asked = asked, Fits = fits }).Strategy);

    [Fact]
    public void Of_SourceThatMayDie_NeverLeavesPagesThere()
    {
        foreach (var asked in (string[])[Strategies.Auto, Strategies.PreCopy, Strategies.PostCopy])
        {
            var chosen = StrategyChoice.Of(Plain with { Asked = asked, Fits = false, HasDeadline = true });
            Assert.Equal(Strategies.PreCopy, chosen.Strategy);
            Assert.Equal(asked != Strategies.PreCopy, chosen.Reason.Contains("deadline", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Of_BarePodOrOldTarget_IsPreCopyAndSaysWhy()
    {
        Assert.Equal(new ChosenStrategy(Strategies.PreCopy, "no post-copy: the copy of a bare pod is made after the commit"), StrategyChoice.Of(Plain with { Fits = false, IsRestoredBeforeCommit = false }));
        Assert.Equal(new ChosenStrategy(Strategies.PreCopy, "no post-copy: the target's agent is of an older version"), StrategyChoice.Of(Plain with { Fits = false, TakesLatePages = false }));
    }
}
