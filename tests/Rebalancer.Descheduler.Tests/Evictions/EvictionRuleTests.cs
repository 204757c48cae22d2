using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Evictions;

public sealed class EvictionRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Decide_PodThatCanMove_Moves() => Assert.Equal(new EvictionVerdict.Move(null), EvictionRule.Decide(View()));

    private static readonly Dictionary<string, (string? Why, Func<EvictionView, EvictionView> Bend)> Bends = new()
    {
        ["terminating"] = (null, v => Bent(v, p => p.Metadata.DeletionTimestamp = Now.UtcDateTime)),
        ["pending"] = (null, v => Bent(v, p => p.Status.Phase = "Pending")),
        ["daemon"] = (null, v => Bent(v, p => p.Metadata.OwnerReferences = [new V1OwnerReference { Kind = "DaemonSet", Name = "d", Uid = "d", Controller = true }])),
        ["opted out"] = ("rebalancer.dev/migratable=false", v => Bent(v, p => p.Metadata.Annotations = new Dictionary<string, string> { [Names.Migratable] = "false" })),
        ["host namespace"] = ("host's pid namespace", v => Bent(v, p => p.Spec.HostPID = true)),
        ["no agent"] = ("no agent runs on node spot", v => v with { Node = Without(v.Node!, Names.AgentEndpoint) }),
        ["unknown node"] = ("no agent runs on node spot", v => v with { Node = null }),
        ["not installed"] = ("RuntimeClass rebalancer does not exist", v => v with { RuntimeClassExists = false }),
        ["too late"] = ("goes away too soon", v => v with { Node = With(v.Node!, Names.TerminatesAt, Now.AddSeconds(40)) }),
        ["refused"] = ("ended as Failed: NoTarget: no room", v => v with { Migrations = [Move(v.Pod, Phases.Failed, Reasons.NoTarget, "no room")] }),
        ["rolled back"] = ("ended as RolledBack: RestoreFailed", v => v with { Migrations = [Move(v.Pod, Phases.RolledBack, Reasons.RestoreFailed, "")] }),
        ["another failed lately"] = ("ended as Failed: NoTarget", v => v with { Migrations = [Other(Move(v.Pod, Phases.Failed, Reasons.NoTarget, ""), Now.AddMinutes(-4))] }),
        ["agents do not answer"] = ("has not begun within 91 s", v => v with { Migrations = [Aged(Move(v.Pod, Phases.Preflight), 91)] }),
        ["no controller"] = ("has not begun within 91 s", v => v with { Migrations = [Aged(Move(v.Pod, null), 91)] }),
    };

    public static TheoryData<string> Passing => [.. Bends.Keys];

    [Theory]
    [MemberData(nameof(Passing))]
    public void Decide_WhatCannotMoveOrDidNot_IsEvicted(string name)
    {
        var (why, bend) = Bends[name];
        var verdict = Assert.IsType<EvictionVerdict.Pass>(EvictionRule.Decide(bend(View())));

        Assert.Equal(why is null, verdict.Warning is null);
        Assert.Contains(why ?? "", verdict.Warning ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(Phases.Pending, 89)]
    [InlineData(Phases.PreCopying, 1000)]
    [InlineData(Phases.Freezing, 1000)]
    [InlineData(Phases.Committed, 1000)]
    public void Decide_WhileTheMoveGetsOn_Waits(string? phase, int age)
    {
        var view = View();
        var wait = Assert.IsType<EvictionVerdict.Wait>(EvictionRule.Decide(view with { Migrations = [Aged(Move(view.Pod, phase), age)] }));

        Assert.Contains(EvictionRule.NameOf(view.Pod), wait.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_BothAgentsAreReadyAndOthersAreFirst_WaitsOn()
    {
        var view = View();
        var move = Aged(Move(view.Pod, Phases.Preflight), 200);
        move.Status.Source = new SourceStatus { State = SourceState.Ready };
        move.Status.Target = new TargetStatus { State = TargetState.Ready };

        Assert.IsType<EvictionVerdict.Wait>(EvictionRule.Decide(view with { Migrations = [move] }));
    }

    [Fact]
    public void Decide_OldFailureOfAnotherMove_IsForgotten()
    {
        var view = View();

        Assert.IsType<EvictionVerdict.Move>(EvictionRule.Decide(view with { Migrations = [Other(Move(view.Pod, Phases.Failed), Now.AddMinutes(-6))] }));
    }

    /// <summary>A drain asks by name; the pod that has the name now is the one that was saved.</summary>
    [Theory]
    [InlineData(5, false, true)]
    [InlineData(61, false, false)]
    [InlineData(5, true, false)]
    public void Decide_PodHasJustBeenBroughtHere_IsGoneUnlessItsOwnNodeIsDrained(int secondsAgo, bool cordoned, bool gone)
    {
        var view = View();
        view.Node!.Spec.Unschedulable = cordoned;
        var done = Move(view.Pod, Phases.Succeeded);
        (done.Spec.PodUID, done.Status.PodUID, done.Status.CompletedAt) = ("uid-before", "uid-before", Now.AddSeconds(-secondsAgo));
        done.Status.Claim = new Claim { PodUID = view.Pod.Metadata.Uid };

        Assert.Equal(gone, EvictionRule.Decide(view with { Migrations = [done] }) is EvictionVerdict.Gone);
    }

    [Theory]
    [InlineData(Phases.Succeeded, typeof(EvictionVerdict.Gone))]
    [InlineData(Phases.Committed, typeof(EvictionVerdict.Wait))]
    public void Decide_PodHasBeenBroughtHereAndItsStatusDoesNotSayYetThatItRuns_IsNotEvicted(string phase, Type verdict)
    {
        var view = Bent(View(), p => p.Status.Phase = "Pending");
        var done = Move(view.Pod, phase);
        (done.Spec.PodUID, done.Status.PodUID, done.Status.CompletedAt) = ("uid-before", "uid-before", phase == Phases.Succeeded ? Now : null);
        done.Status.Claim = new Claim { PodUID = view.Pod.Metadata.Uid };

        Assert.IsType(verdict, EvictionRule.Decide(view with { Migrations = [done] }));
    }

    [Fact]
    public void Decide_NodeGoesAway_MoveMustCommitBeforeAGracefulEvictionWouldBeTooLate()
    {
        var view = Bent(View(), p => p.Spec.TerminationGracePeriodSeconds = 20);
        var move = Assert.IsType<EvictionVerdict.Move>(EvictionRule.Decide(view with { Node = With(view.Node!, Names.TerminatesAt, Now.AddSeconds(120)) }));

        Assert.Equal(Now.AddSeconds(90), move.Deadline);
    }

    [Fact]
    public void Decide_MoveThatIsHeld_IsLetGoAndThenWaitedFor()
    {
        var view = View();
        var held = Aged(Move(view.Pod, Phases.PreCopying), 1000);
        held.Spec.Cutover = Cutovers.OnNotice;
        Assert.Same(held, Assert.IsType<EvictionVerdict.LetGo>(EvictionRule.Decide(view with { Migrations = [held] })).Migration);

        held.Metadata.Annotations = new Dictionary<string, string> { [Names.Cutover] = "true" };
        Assert.IsType<EvictionVerdict.Wait>(EvictionRule.Decide(view with { Migrations = [held] }));
    }

    [Fact]
    public void Decide_CopyAheadWasGivenUpAMomentAgo_IsNoMoveThatFailed()
    {
        var view = View();
        var held = Other(Move(view.Pod, Phases.RolledBack, Reasons.HoldEnded), Now.AddSeconds(-5));
        held.Spec.Cutover = Cutovers.OnNotice;
        Assert.IsType<EvictionVerdict.Move>(EvictionRule.Decide(view with { Migrations = [held] }));

        held.Metadata.Annotations = new Dictionary<string, string> { [Names.Cutover] = "true" };
        Assert.IsType<EvictionVerdict.Pass>(EvictionRule.Decide(view with { Migrations = [held] }));
    }

    private static EvictionView View()
    {
        var pod = SimulatedMove.Running(Builders.Pod("redis", "spot"), "uid-source");
        return new EvictionView(pod, Builders.Node("spot"), [], RuntimeClassExists: true, Now, new MoveLimits());
    }

    private static EvictionView Bent(EvictionView view, Action<V1Pod> bend)
    {
        bend(view.Pod);
        return view;
    }

    private static Migration Move(V1Pod pod, string? phase, string? reason = null, string? message = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = EvictionRule.NameOf(pod), CreationTimestamp = Now.UtcDateTime },
        Spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid },
        Status = new MigrationStatus { Phase = phase, PodUID = phase is null ? null : pod.Metadata.Uid, Reason = reason, Message = message },
    };

    private static Migration Aged(Migration move, int seconds)
    {
        move.Metadata.CreationTimestamp = Now.AddSeconds(-seconds).UtcDateTime;
        return move;
    }

    private static Migration Other(Migration move, DateTimeOffset completed)
    {
        (move.Metadata.Name, move.Status.CompletedAt) = ("evacuate-it", completed);
        return move;
    }

    private static V1Node With(V1Node node, string annotation, DateTimeOffset at)
    {
        node.Metadata.Annotations[annotation] = at.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        return node;
    }

    private static V1Node Without(V1Node node, string annotation)
    {
        node.Metadata.Annotations.Remove(annotation);
        return node;
    }
}
