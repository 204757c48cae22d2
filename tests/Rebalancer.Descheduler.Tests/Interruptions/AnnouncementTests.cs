using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Descheduler.Tests.Interruptions;

public sealed class AnnouncementTests
{
    private readonly V1Node node = Builders.Node("n");

    public static TheoryData<string> TaintKeys => [.. ForeignSigns.Taints.Select(sign => sign.Key)];
    public static TheoryData<string> ConditionTypes => [.. ForeignSigns.Conditions.Select(sign => sign.Key)];

    [Theory]
    [MemberData(nameof(TaintKeys))]
    public void Of_ATaintOfAnotherProgram_IsAnInterruptionWithoutADeadline(string key)
    {
        node.Spec.Taints = [new V1Taint { Key = key, Value = "1", Effect = "NoSchedule" }];
        Assert.Equal(new NodeAnnouncement(AnnouncementKind.Interruption, null, key), Announcements.Of(node, []));
        Assert.Equal([key, Names.InterruptionTaint], DeadlineTaint.Change(node)!.Select(t => t.Key));
    }

    [Theory]
    [MemberData(nameof(ConditionTypes))]
    public void Of_AConditionOfAnotherProgram_CountsWhileItIsTrue(string type)
    {
        node.Status.Conditions = [.. node.Status.Conditions, new V1NodeCondition { Type = type, Status = "True" }];
        Assert.Equal(type, Announcements.Of(node, [])?.By);
        node.Status.Conditions[^1].Status = "False";
        Assert.Null(Announcements.Of(node, []));
    }

    [Theory]
    [InlineData("DeletionCandidateOfClusterAutoscaler")]
    [InlineData(NodeHazard.RecommendationTaint)]
    [InlineData("node.kubernetes.io/unschedulable")]
    [InlineData("node.kubernetes.io/out-of-service")]
    public void Of_ARiskACandidateACordonOrAnEnd_IsNoOrder(string key)
    {
        node.Spec.Taints = [new V1Taint { Key = key, Effect = "NoSchedule" }];
        Assert.Null(Announcements.Of(node, []));
        Assert.Null(DeadlineTaint.Change(node));
    }

    /// <summary>An agent that reads a recommendation writes what the risk model reads.</summary>
    [Fact]
    public void RecommendationTaint_OfTheAgents_IsTheOneThatRiskReads() => Assert.Equal(NodeHazard.RecommendationTaint, Names.RecommendationTaint);

    [Fact]
    public void Of_Maintenance_IsTheLeastPressing()
    {
        node.Metadata.Annotations[Names.Maintenance] = "kernel";
        Assert.Equal(new NodeAnnouncement(AnnouncementKind.Maintenance, null, Names.Maintenance), Announcements.Of(node, []));
        Assert.Equal(DeadlineTaint.MaintenanceValue, DeadlineTaint.Change(node)![0].Value);
        node.Metadata.Annotations[Names.TerminatesAt] = "2026-01-02T03:04:05Z";
        Assert.Equal(Names.TerminatesAt, Announcements.Of(node, [])?.By);
    }

    [Fact]
    public void Taint_OfMaintenance_GoesWithItsAnnotation()
    {
        node.Spec.Taints = [new V1Taint { Key = Names.InterruptionTaint, Value = DeadlineTaint.MaintenanceValue, Effect = "NoSchedule" }];
        Assert.Empty(DeadlineTaint.Change(node)!);
    }

    [Fact]
    public void Maintenance_MovesAtLeisureAndEvictsNothing()
    {
        var nodes = new DoomedNodes();
        nodes.Node("n", null).Metadata.Annotations[Names.Maintenance] = "kernel";
        nodes.Pod("web", "n", memory: "64Gi");
        nodes.Pod("fixed", "n").Spec.HostNetwork = true;
        nodes.Now = DoomedNodes.Start.AddDays(1);
        var plan = nodes.Plan();
        var made = Assert.Single(plan.Create).Spec;
        Assert.Equal((MoveReasons.Maintenance, Strategies.Auto, null), (made.Reason, made.Strategy, made.Deadline));
        Assert.Empty(plan.Evict);
    }
}
