using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Interruptions;

public sealed class EvacuationTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly V1Pod pod = RunningPod();

    [Fact]
    public void Plan_AnnouncedNode_MovesEachRunningPodByTheDeadline()
    {
        var made = Assert.Single(Plan(Announced(), []).Create);
        Assert.Equal((pod.Metadata.Uid, MoveReasons.Interruption), (made.Spec.PodUID, made.Spec.Reason));

        // What is left behind it is for a whole grace period of 30 s, should it fail.
        Assert.Equal(Now.AddSeconds(80), made.Spec.Deadline);
    }

    [Fact]
    public void Plan_WithdrawnAnnouncement_DoesNothingThoughOurTaintIsStillThere()
    {
        var node = Builders.Node("n1");
        node.Spec.Taints = [OurTaint()];
        Assert.Empty(Plan(node, []).Create);
    }

    [Fact]
    public void Plan_TaintOfSomebodyElse_Moves()
    {
        var node = Builders.Node("n1");
        node.Spec.Taints = [new V1Taint { Key = Names.InterruptionTaint, Value = "spot-notice", Effect = "NoSchedule" }];
        Assert.Single(Plan(node, []).Create);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Plan_TriesThatFailed_AreTriedAgainAfterAPauseThatDoubles(int failed)
    {
        var tries = Failed(failed, Reasons.PeerUnreachable);
        var pause = TimeSpan.FromSeconds(2 * Math.Pow(2, failed - 1));

        var early = Plan(Announced(), tries);
        Assert.Empty(early.Create);
        Assert.Equal(pause, early.LookAgainAfter);

        var due = Plan(Announced(), tries, pause);
        Assert.Equal(Tries.NameOf(pod, failed + 1), Assert.Single(due.Create).Metadata.Name);
    }

    [Fact]
    public void Plan_AllTriesFailed_GivesUp() => AssertNoMore(Failed(Tries.Max, Reasons.PeerUnreachable));

    [Theory]
    [InlineData(Reasons.WritableLayer)]
    [InlineData(Reasons.DeadlineExceeded)]
    [InlineData(Reasons.UserAborted)]
    public void Plan_FailureThatStays_IsNotTriedAgain(string reason) => AssertNoMore(Failed(1, reason));

    [Fact]
    public void Plan_MoveOfAnyReasonUnderWay_IsLeftAlone()
    {
        var moving = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "by-hand", NamespaceProperty = ControllerWorld.Ns },
            Spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid },
            Status = new MigrationStatus { Phase = Phases.Preparing },
        };
        AssertNoMore([moving]);
    }

    [Fact]
    public void Taint_AnnotationAlone_IsAddedBesideOthers()
    {
        var node = Announced();
        node.Spec.Taints = [new V1Taint { Key = "team", Value = "a", Effect = "NoSchedule" }];
        Assert.Equal(["team", Names.InterruptionTaint], DeadlineTaint.Change(node)!.Select(t => t.Key));
    }

    [Fact]
    public void Taint_ThereAlready_IsLeftAlone()
    {
        var node = Announced();
        node.Spec.Taints = [new V1Taint { Key = Names.InterruptionTaint, Value = "spot-notice", Effect = "NoSchedule" }];
        Assert.Null(DeadlineTaint.Change(node));
    }

    [Fact]
    public void Taint_AnnotationGone_TakesBackOnlyOurs()
    {
        var node = Builders.Node("n1");
        var notice = new V1Taint { Key = Names.InterruptionTaint, Value = "spot-notice", Effect = "NoSchedule" };
        node.Spec.Taints = [notice, OurTaint()];
        Assert.Equal([notice], DeadlineTaint.Change(node));
    }

    [Fact]
    public void Taint_NodeThatNobodyAnnounced_IsLeftAlone() => Assert.Null(DeadlineTaint.Change(Builders.Node("n1")));

    private void AssertNoMore(IReadOnlyCollection<Migration> migrations)
    {
        var plan = Plan(Announced(), migrations, TimeSpan.FromSeconds(60));
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Evict);
    }

    private EvacuationPlan Plan(V1Node node, IReadOnlyCollection<Migration> migrations, TimeSpan later = default)
        => Evacuation.Plan(new EvacuationView([node], [pod], migrations, new MoveLimits(), Now + later));

    private List<Migration> Failed(int count, string reason) =>
    [
        .. Enumerable.Range(1, count).Select(attempt => new Migration
        {
            Metadata = new V1ObjectMeta { Name = Tries.NameOf(pod, attempt), NamespaceProperty = ControllerWorld.Ns },
            Spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid },
            Status = new MigrationStatus { Phase = Phases.RolledBack, Decision = Decision.Aborted, Reason = reason, PodUID = pod.Metadata.Uid, CompletedAt = Now },
        }),
    ];

    private static V1Taint OurTaint() => new() { Key = Names.InterruptionTaint, Value = DeadlineTaint.Value, Effect = "NoSchedule" };

    private static V1Node Announced()
    {
        var node = Builders.Node("n1");
        node.Metadata.Annotations[Names.TerminatesAt] = Now.AddSeconds(120).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return node;
    }

    private static V1Pod RunningPod()
    {
        var pod = Builders.Pod("redis", "n1");
        pod.Metadata.Uid = "11111111-2222-3333-4444-555555555555";
        pod.Status = new V1PodStatus { Phase = "Running" };
        return pod;
    }
}
