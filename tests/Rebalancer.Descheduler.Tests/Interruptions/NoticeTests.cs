using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Interruptions;

/// <summary>Notices of 120 s and of 30 s, on a clock of our own: who leaves, in which order, and who is evicted when.</summary>
public sealed class NoticeTests
{
    private readonly DoomedNodes nodes = new();

    /// <summary>Seconds in which so much memory is sent by a node that was never measured.</summary>
    private static TimeSpan Copy(int mebibytes) => TimeSpan.FromSeconds((mebibytes * 1048576d / MoveHistory.UnknownBytesPerSecond) + MoveHistory.UnknownRestSeconds);

    [Fact]
    public void Notice120s_MoreThanFits_TheImportantLeaveAndTheRestEndGracefully()
    {
        nodes.Node("n", 120);
        for (var i = 0; i < 6; i++)
        {
            nodes.Pod($"p{i}", "n", priority: i, memory: "1Gi");
        }

        // One link: however many are under way, one after another ends.
        var (moved, evicted) = nodes.Run(TimeSpan.FromSeconds(119), m => DoomedNodes.Start + (Copy(1024) * (1 + nodes.Migrations.IndexOf(m))) - m.Status.StartedAt!.Value);
        Assert.Equal(["p5", "p4", "p3"], moved.Take(3));
        Assert.Equal(6, moved.Count + evicted.Count);
        Assert.Contains("p0", evicted);
    }

    [Fact]
    public void Notice120s_ThatDoesNotFit_IsEvictedAWholeGracePeriodAndMarginBeforeTheEnd()
    {
        nodes.Node("n", 120);
        nodes.Pod("huge", "n", memory: "64Gi");
        Assert.Equal(TimeSpan.FromSeconds(80), nodes.Plan().LookAgainAfter);
        nodes.Now = DoomedNodes.Start.AddSeconds(79);
        Assert.Empty(nodes.Plan().Evict);
        nodes.Now = DoomedNodes.Start.AddSeconds(80);
        var (pod, why) = Assert.Single(nodes.Plan().Evict);
        Assert.Equal("huge", pod.Metadata.Name);
        Assert.Contains("65536 MiB at 50 MB/s do not fit", why, StringComparison.Ordinal);
        Assert.Empty(nodes.Plan().Create);
    }

    [Fact]
    public void Notice30s_SmallPodsLeave_AndALargeOneIsEvictedAtOnce()
    {
        nodes.Node("n", 30);
        nodes.Pod("small", "n");
        nodes.Pod("large", "n", priority: 100, memory: "4Gi");
        var plan = nodes.Plan();
        var made = Assert.Single(plan.Create);
        Assert.Equal(("small", DoomedNodes.Start.AddSeconds(20)), (made.Spec.PodName, made.Spec.Deadline));
        Assert.Equal("large", Assert.Single(plan.Evict).Pod.Metadata.Name);
    }

    [Fact]
    public void Notice_OfAPodThatNothingMakesAgain_NeverEvictsIt()
    {
        nodes.Node("n", 30);
        nodes.Pod("bare", "n", memory: "64Gi", isOwned: false);
        Assert.Empty(nodes.Plan().Evict);
    }

    [Fact]
    public void Notice_OfAPodThatCannotMove_EvictsItInTimeAndSaysWhyBefore()
    {
        nodes.Node("n", 120);
        nodes.Pod("fixed", "n").Spec.HostNetwork = true;
        Assert.Equal(Reasons.HostNamespace, Assert.Single(nodes.Plan().Immovable).Refusal.Reason);
        Assert.Empty(nodes.Plan().Evict);
        nodes.Now = DoomedNodes.Start.AddSeconds(80);
        Assert.Single(nodes.Plan().Evict);
    }

    [Fact]
    public void Notice_WithoutAnInstant_MovesAndEvictsNothing()
    {
        nodes.Node("n", null).Spec.Taints = [new V1Taint { Key = Names.InterruptionTaint, Value = "by-hand", Effect = "NoSchedule" }];
        nodes.Pod("huge", "n", memory: "64Gi");
        nodes.Pod("fixed", "n").Spec.HostNetwork = true;
        nodes.Now = DoomedNodes.Start.AddHours(1);
        var plan = nodes.Plan();
        Assert.Equal((null, Strategies.PreCopy), (Assert.Single(plan.Create).Spec.Deadline, plan.Create[0].Spec.Strategy));
        Assert.Empty(plan.Evict);
    }

    [Fact]
    public void Notice_OfManyNodesOfOnePool_SharesTheirBandwidth()
    {
        for (var i = 0; i < 12; i++)
        {
            nodes.Node($"n{i:00}", 30);
            nodes.Pod($"p{i:00}", $"n{i:00}", priority: i, memory: "512Mi");
        }

        // Each alone would fit. Together four at a time send, and the rest would be too late.
        var plan = nodes.Plan();
        Assert.Equal(["p11", "p10", "p09", "p08"], plan.Create.Select(m => m.Spec.PodName));
        Assert.Equal(8, plan.Evict.Length);
    }

    [Fact]
    public void Notice_OfNodesOfOtherPools_DoNotWaitForEachOther()
    {
        for (var i = 0; i < 12; i++)
        {
            nodes.Node($"n{i:00}", 30, zone: $"zone-{i}");
            nodes.Pod($"p{i:00}", $"n{i:00}", memory: "512Mi");
        }

        Assert.Equal(12, nodes.Plan().Create.Length);
    }

    [Fact]
    public void Notice120s_OfManyNodesOfOnePool_AllLeaveInTurns()
    {
        for (var i = 0; i < 12; i++)
        {
            nodes.Node($"n{i:00}", 120);
            nodes.Pod($"p{i:00}", $"n{i:00}", priority: i, memory: "512Mi");
        }

        var (moved, evicted) = nodes.Run(TimeSpan.FromSeconds(119), _ => Copy(512));
        Assert.Empty(evicted);
        Assert.Equal(12, moved.Count);
    }

    [Fact]
    public void Notice_OfANodeWithManyPods_BeginsNoMoreThanCanBegin()
    {
        nodes.Node("n", 120);
        for (var i = 0; i < 10; i++)
        {
            nodes.Pod($"p{i}", "n", priority: i);
        }

        // As many as the node's moves at a time, and one that gets ready meanwhile: else a less important one could be the first that is ready.
        Assert.Equal(["p9", "p8", "p7"], nodes.Step().Create.Select(m => m.Spec.PodName));
        Assert.Empty(nodes.Step().Create);
        nodes.End(nodes.Migrations[0], Phases.Succeeded);
        Assert.Equal(["p6"], nodes.Step().Create.Select(m => m.Spec.PodName));
    }

    [Fact]
    public void Notice_DuringAConsolidation_TakesItsMoveOverAndDoesNotDoubleIt()
    {
        nodes.Node("n", null);
        var pod = nodes.Pod("web", "n");
        var moving = nodes.Moving(pod, MoveReasons.Consolidation, Phases.PreCopying);
        nodes.Announce("n", DoomedNodes.Start.AddSeconds(120));
        nodes.Now = DoomedNodes.Start.AddSeconds(60);
        var plan = nodes.Plan();
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Abort);
        Assert.Empty(plan.Evict);

        // It knows of no deadline: what would not end in time is given up in time, and the pod ends gracefully.
        nodes.Now = DoomedNodes.Start.AddSeconds(110);
        Assert.Same(moving, Assert.Single(nodes.Plan().Abort));
        Assert.Empty(nodes.Plan().Evict);
        nodes.End(moving, Phases.RolledBack, Reasons.UserAborted);
        Assert.Single(nodes.Plan().Evict);
    }

    [Theory]
    [InlineData(Phases.Committed, Decision.Committed)]
    [InlineData(Phases.Aborting, Decision.Aborted)]
    public void Notice_DuringAMoveThatIsDecided_LeavesItAlone(string phase, string decision)
    {
        nodes.Node("n", 120);
        nodes.Moving(nodes.Pod("web", "n"), MoveReasons.Consolidation, phase).Status.Decision = decision;
        nodes.Now = DoomedNodes.Start.AddSeconds(115);
        Assert.Empty(nodes.Plan().Abort);
    }

    [Theory]
    [InlineData(Phases.Pending, true)]
    [InlineData(Phases.PreCopying, true)]
    [InlineData(Phases.Preparing, false)]
    [InlineData(Phases.Freezing, false)]
    public void Notice_Withdrawn_EndsWhatHasTouchedNothing(string phase, bool isWithdrawn)
    {
        nodes.Node("n", 120);
        nodes.Pod("web", "n");
        var made = Assert.Single(nodes.Step().Create);
        made.Status.Phase = phase;
        Assert.Empty(nodes.Plan().Withdraw);

        nodes.Announce("n", null);
        var plan = nodes.Plan();
        Assert.Equal(isWithdrawn, plan.Withdraw.Contains(made));
        Assert.Empty(plan.Create);
        Assert.Empty(plan.Evict);
    }

    [Fact]
    public void Notice_RepeatedAfterItWasWithdrawn_MovesAgain()
    {
        nodes.Node("n", 120);
        nodes.Pod("web", "n");
        nodes.Migrations.Remove(Assert.Single(nodes.Step().Create));
        nodes.Announce("n", nodes.Now.AddSeconds(100));
        Assert.Single(nodes.Step().Create);
        Assert.Empty(nodes.Step().Create);
    }

    [Fact]
    public void Notice_RepeatedWithALaterInstant_TriesAMoveAgainThatRanOutOfTime()
    {
        nodes.Node("n", 120);
        nodes.Pod("web", "n");
        var made = Assert.Single(nodes.Step().Create);
        nodes.Now = DoomedNodes.Start.AddSeconds(80);
        nodes.End(made, Phases.RolledBack, Reasons.DeadlineExceeded);
        nodes.Now = DoomedNodes.Start.AddSeconds(83);
        Assert.Empty(nodes.Plan().Create);

        nodes.Announce("n", DoomedNodes.Start.AddSeconds(600));
        Assert.Single(nodes.Plan().Create);
    }

    [Fact]
    public void Notice_RepeatedWithAnEarlierInstant_GivesUpInTimeForIt()
    {
        nodes.Node("n", 600);
        nodes.Pod("web", "n");
        var made = Assert.Single(nodes.Step().Create);
        nodes.Announce("n", DoomedNodes.Start.AddSeconds(60));
        nodes.Now = DoomedNodes.Start.AddSeconds(50);
        Assert.Same(made, Assert.Single(nodes.Plan().Abort));
    }

    [Fact]
    public void Notice_ThatIsOver_DoesNothing()
    {
        nodes.Node("n", 30);
        nodes.Pod("web", "n");
        nodes.Now = DoomedNodes.Start.AddSeconds(30);
        var plan = nodes.Plan();
        Assert.True(plan.Create.IsEmpty && plan.Evict.IsEmpty);
    }

    [Fact]
    public void Notice_ThatCannotBeRead_IsToldAndTouchesNothing()
    {
        nodes.Node("n", null).Metadata.Annotations[Names.TerminatesAt] = "soon";
        nodes.Pod("web", "n");
        var plan = nodes.Plan();
        Assert.Single(plan.Problems);
        Assert.True(plan.Create.IsEmpty && plan.Evict.IsEmpty && plan.Withdraw.IsEmpty);
    }
}
