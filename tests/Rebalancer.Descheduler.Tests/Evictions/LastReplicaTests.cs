using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Evictions;

public sealed class LastReplicaTests
{
    private const string Ns = "rebalancer-system";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Decide_OthersOfTheDrainedNodeCanStillMove_Waits()
    {
        var wait = LastReplica.Decide(View());

        Assert.Contains("1 of its node are still to move", wait?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Phases.PreCopying, true)]
    [InlineData(Phases.Committed, true)]
    [InlineData(Phases.Succeeded, false)]
    [InlineData(Phases.Failed, false)]
    public void Decide_APodMoves_WaitsForItsEnd(string phase, bool waits)
    {
        var view = View();
        var redis = view.Pods.Single(p => p.Metadata.Name == "redis");
        var move = new Migration
        {
            Metadata = new V1ObjectMeta { Name = EvictionRule.NameOf(redis), NamespaceProperty = redis.Metadata.NamespaceProperty, CreationTimestamp = Now.UtcDateTime },
            Spec = new MigrationSpec { PodName = "redis", PodUID = redis.Metadata.Uid },
            Status = new MigrationStatus { Phase = phase, PodUID = redis.Metadata.Uid },
        };

        Assert.Equal(waits, LastReplica.Decide(view with { Migrations = [move], Pods = phase == Phases.Succeeded ? [view.Eviction.Pod] : view.Pods }) is not null);
    }

    [Theory]
    [InlineData("second replica")]
    [InlineData("nothing else on the node")]
    [InlineData("node stays")]
    [InlineData("waited long enough")]
    [InlineData("node ends")]
    public void Decide_NothingIsLostByIt_IsEvicted(string why)
    {
        var view = View();
        var (pod, node) = (view.Eviction.Pod, view.Eviction.Node!);
        switch (why)
        {
            case "second replica": view = view with { Pods = [.. view.Pods, Descheduler("d-2", isReady: true)] }; break;
            case "nothing else on the node": view = view with { Pods = [pod] }; break;
            case "node stays": node.Spec.Unschedulable = false; break;
            case "waited long enough": view = view with { AskedFirst = Now - LastReplica.Limit }; break;
            default: node.Metadata.Annotations[Names.TerminatesAt] = Now.AddSeconds(35).ToString("O", System.Globalization.CultureInfo.InvariantCulture); break;
        }

        Assert.Null(LastReplica.Decide(view));
    }

    [Fact]
    public void Decide_SecondReplicaDoesNotAnswerYet_Waits()
    {
        var view = View();

        Assert.NotNull(LastReplica.Decide(view with { Pods = [.. view.Pods, Descheduler("d-2", isReady: false)] }));
    }

    [Theory]
    [InlineData(Ns, "rebalancer-descheduler", true)]
    [InlineData("shop", "rebalancer-descheduler", false)]
    [InlineData(Ns, "rebalancer-scheduler", false)]
    public void IsOurs_ByLabelInOurNamespace_Tells(string ns, string app, bool ours)
    {
        var pod = Descheduler("d", isReady: true);
        (pod.Metadata.NamespaceProperty, pod.Metadata.Labels["app.kubernetes.io/name"]) = (ns, app);

        Assert.Equal(ours, LastReplica.IsOurs(pod, Ns));
    }

    private static LastReplicaView View()
    {
        var node = Builders.Node("spot");
        node.Spec.Unschedulable = true;
        var own = Descheduler("d-1", isReady: true);
        V1Pod[] pods = [own, SimulatedMove.Running(Builders.Pod("redis", "spot"), "uid-redis")];
        return new LastReplicaView(new EvictionView(own, node, [], RuntimeClassExists: true, Now, new MoveLimits()), pods, [], Now);
    }

    private static V1Pod Descheduler(string name, bool isReady)
    {
        var pod = SimulatedMove.Running(Builders.Pod(name, "spot"), "uid-" + name);
        pod.Metadata.NamespaceProperty = Ns;
        pod.Metadata.Labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "rebalancer-descheduler" };
        pod.Status.Conditions = [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }];
        return pod;
    }
}
