using k8s.Models;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class BarePodsTests
{
    /// <summary>A copy whose owner has gone since: kubelet would refuse it on every other node, when there is no way back any more.</summary>
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public void Record_NodeOfAnEarlierMove_IsLeftOutAndNothingElse(bool claimed, bool asksForZone, bool asks)
    {
        var pod = SimulatedMove.Running(Builders.Pod("redis", "spot"), "uid-source");
        pod.Metadata.Annotations = claimed ? new Dictionary<string, string> { [Names.ClaimAnnotation] = "token" } : null;
        var term = new V1NodeSelectorTerm { MatchFields = [new V1NodeSelectorRequirement { Key = Names.NodeNameField, OperatorProperty = "In", Values = ["spot"] }] };
        if (asksForZone) { term.MatchExpressions = [new V1NodeSelectorRequirement { Key = Names.Zone, OperatorProperty = "In", Values = ["a"] }]; }
        pod.Spec.Affinity = new V1Affinity { NodeAffinity = new V1NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector { NodeSelectorTerms = [term] } } };

        var required = BarePods.Record(pod).Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution;

        Assert.Equal(asks, required is not null);
        Assert.All(required?.NodeSelectorTerms ?? [], t => Assert.Equal(!claimed, t.MatchFields is { Count: > 0 }));
        Assert.Equal(asksForZone, required?.NodeSelectorTerms.Any(t => t.MatchExpressions is { Count: > 0 }) == true);
        Assert.NotEmpty(pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields);
    }
}
