using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Memory;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>What past moves say about pods.</summary>
public sealed class MoveMemoryTests
{
    private static readonly DateTimeOffset Now = Given.Made;

    [Fact]
    public void MovedAMomentAgo_RestsAndDoesNotGoBack()
    {
        var pod = Remember(Moved("old", "new", TimeSpan.FromMinutes(10)), "new");

        Assert.Contains("has moved 10 min ago", pod.Rests!, StringComparison.Ordinal);
        Assert.Equal("n1", pod.LastSource);
    }

    [Fact]
    public void MovedLongerAgoThanItRests_MayMoveButNotBack()
        => Assert.Equal((null, "n1"), (Remember(Moved("old", "new", TimeSpan.FromHours(2)), "new").Rests, Remember(Moved("old", "new", TimeSpan.FromHours(2)), "new").LastSource));

    [Fact]
    public void MovedLongAgo_NothingIsKnown()
        => Assert.Equal((null, null), (Remember(Moved("old", "new", TimeSpan.FromHours(25)), "new").Rests, Remember(Moved("old", "new", TimeSpan.FromHours(25)), "new").LastSource));

    [Fact]
    public void IsBeingMoved_Rests()
        => Assert.Contains("is being moved", Remember(new Migration { Metadata = new V1ObjectMeta { Name = "m" }, Spec = new MigrationSpec { PodUID = "new" } }, "new").Rests!, StringComparison.Ordinal);

    [Theory]
    [InlineData(1, 29, true)]
    [InlineData(1, 31, false)]
    [InlineData(2, 59, true)]
    [InlineData(2, 61, false)]
    [InlineData(3, 119, true)]
    [InlineData(3, 121, false)]
    public void Failures_WaitDoublesWithEach(int failures, int minutesSince, bool rests)
    {
        var failed = Enumerable.Range(0, failures).Select(i => Ended(Phases.RolledBack, "p", null, TimeSpan.FromMinutes(minutesSince + i)));

        Assert.Equal(rests, Remember(failed, "p").Rests is not null);
    }

    [Fact]
    public void FailureOfAnotherPodOfTheWorkload_Counts()
    {
        var failed = Ended(Phases.Failed, "sister", null, TimeSpan.FromMinutes(1));
        failed.Status.Owner = new OwnerRecord { Kind = "ReplicaSet", Uid = "web" };

        Assert.NotNull(Remember(failed, "p").Rests);
    }

    [Fact]
    public void SuccessAfterFailures_Forgives()
    {
        var success = Ended(Phases.Succeeded, "p", "p2", TimeSpan.FromHours(30));

        Assert.Null(Remember([Ended(Phases.RolledBack, "p", null, TimeSpan.FromHours(31)), success, Ended(Phases.RolledBack, "p", null, TimeSpan.FromMinutes(31))], "p").Rests);
    }

    [Theory]
    [InlineData(Cutovers.OnNotice, false)]
    [InlineData(Cutovers.Now, true)]
    public void CopyAheadThatWasGivenUp_IsNoFailure(string cutover, bool rests)
    {
        var ended = Ended(Phases.RolledBack, "p", null, TimeSpan.FromMinutes(1), Reasons.TransferFailed);
        ended.Spec.Cutover = cutover;
        Assert.Equal(rests, Remember(ended, "p").Rests is not null);
    }

    [Fact]
    public void StoppedByAPerson_IsNoFailure() => Assert.Null(Remember(Ended(Phases.RolledBack, "p", null, TimeSpan.FromMinutes(1), Reasons.UserAborted), "p").Rests);

    private static PodInfo Remember(Migration migration, string uid) => Remember([migration], uid);

    private static PodInfo Remember(IEnumerable<Migration> migrations, string uid)
    {
        var pod = new PodInfo { Namespace = "shop", Name = "a", Uid = uid, Owner = new OwnerInfo("ReplicaSet", "web", "web") };
        return MoveMemory.Apply(ClusterSnapshot.Empty with { Pods = [pod] }, migrations, CoolDowns.Default, Now).Pods[0];
    }

    private static Migration Moved(string from, string to, TimeSpan ago) => Ended(Phases.Succeeded, from, to, ago);

    private static Migration Ended(string phase, string uid, string? arrived, TimeSpan ago, string? reason = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "m" },
        Status = new MigrationStatus
        {
            Phase = phase,
            Reason = reason,
            PodUID = uid,
            SourceNode = "n1",
            Decision = arrived is null ? Decision.Aborted : Decision.Committed,
            Claim = arrived is null ? null : new Claim { PodUID = arrived },
            CompletedAt = Now - ago,
        },
    };
}
