using k8s.Models;
using Rebalancer.Agent.Moves;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class FreezeLimitTests
{
    /// <summary>A freeze of 310 ms instead of 300 must not cost a pod its memory that can no longer be thawed.</summary>
    [Theory]
    [InlineData(false, 300)]
    [InlineData(true, 10_300)]
    public void FreezeLimit_ObjectMayBeGone_IsSomeSecondsLongerThanTheBudget(bool gated, int milliseconds)
    {
        var migration = new Migration { Metadata = new V1ObjectMeta { Name = "m", Uid = "uid" }, Status = new MigrationStatus { FreezeBudgetMs = 300 } };
        var context = new SourceContext(migration, TimeProvider.System) { IsGated = gated };

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), context.FreezeLimit);
        Assert.Equal(TimeSpan.FromMilliseconds(300), context.FreezeBudget);
    }
}
