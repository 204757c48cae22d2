using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>When an owner's pods may move.</summary>
public sealed class OwnerViewTests
{
    [Fact]
    public void Of_RunningJob_MayAndIsFoundByItsControllerUid()
    {
        var view = OwnerViews.Of(Job());

        Assert.Null(view.Unstable ?? view.Unsettled);
        Assert.Equal(["batch.kubernetes.io/controller-uid"], view.MatchLabels.Keys);
    }

    public static TheoryData<string, Action<V1Job>> JobsThatStay => new()
    {
        { "is being deleted", j => j.Metadata.DeletionTimestamp = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) },
        { "scaled to 0", j => j.Spec.Parallelism = 0 },
        { "suspended", j => j.Spec.Suspend = true },
        { "is over: Complete", j => j.Status.Conditions = [new V1JobCondition { Type = "Complete", Status = "True" }] },
        { "is over: FailureTarget", j => j.Status.Conditions = [new V1JobCondition { Type = "FailureTarget", Status = "True" }] },
        { "managed by kueue.x-k8s.io/multikueue", j => j.Spec.ManagedBy = "kueue.x-k8s.io/multikueue" },
    };

    [Theory]
    [MemberData(nameof(JobsThatStay))]
    public void Of_Job_SaysWhyItsPodsStay(string why, Action<V1Job> bend)
    {
        var job = Job();
        bend(job);

        Assert.Contains(why, OwnerViews.Of(job).Unstable, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_JobWithAConditionThatIsFalse_May()
    {
        var job = Job();
        job.Status.Conditions = [new V1JobCondition { Type = "Complete", Status = "False" }];

        Assert.Null(OwnerViews.Of(job).Unstable);
    }

    [Theory]
    [InlineData(3, 3, "a", "a", null, null)]
    [InlineData(3, 2, "a", "a", null, "wants 3 replicas and has 3, 2 of them ready")]
    [InlineData(3, 2, "a", "a", "Parallel", null)]
    [InlineData(3, 3, "a", "b", null, "rolls out: revisions a and b")]
    [InlineData(0, 0, "a", "a", null, "scaled to 0")]
    public void Of_StatefulSet_SaysWhyItsPodsStay(int wanted, int ready, string current, string update, string? management, string? why)
    {
        var view = OwnerViews.Of(Set(wanted, ready, current, update, management));

        Assert.Contains(why ?? "", view.Unstable ?? view.Unsettled ?? "", StringComparison.Ordinal);
        Assert.Equal(why is null, (view.Unstable ?? view.Unsettled) is null);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("old", false)]
    public void Ready_PodOfAnotherRevisionThanItsOwnerMakes_Stays(string revision, bool may)
    {
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "db-0", Labels = new Dictionary<string, string> { ["controller-revision-hash"] = revision } } };
        var reference = new V1OwnerReference { Kind = "StatefulSet", Name = "db", Uid = "u" };

        Assert.Equal(may, OwnerCheck.Ready(reference, OwnerViews.Of(Set(1, 1, "a", "a", null)), pod) is null);
    }

    private static V1Job Job() => new()
    {
        Metadata = new V1ObjectMeta { Name = "batch", NamespaceProperty = "default", Uid = "u" },
        Spec = new V1JobSpec { Parallelism = 1, Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["batch.kubernetes.io/controller-uid"] = "u" } } },
        Status = new V1JobStatus { Active = 1 },
    };

    private static V1StatefulSet Set(int wanted, int ready, string current, string update, string? management) => new()
    {
        Metadata = new V1ObjectMeta { Name = "db", NamespaceProperty = "default", Uid = "u" },
        Spec = new V1StatefulSetSpec { Replicas = wanted, PodManagementPolicy = management },
        Status = new V1StatefulSetStatus { Replicas = wanted, ReadyReplicas = ready, CurrentRevision = current, UpdateRevision = update },
    };
}
