using System.Text.Json.Nodes;
using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Webhook;

public sealed class ClaimPatchTests
{
    /// <summary>What a pod that keeps its name is made of is on the target: a taint that has come there since must not leave it without a node.</summary>
    [Theory]
    [InlineData(OwnerKinds.StatefulSet, false, true)]
    [InlineData(OwnerKinds.StatefulSet, true, false)]
    [InlineData(OwnerKinds.ReplicaSet, false, false)]
    public void For_PodThatKeepsItsName_IsPlacedOnItsTarget(string kind, bool isGated, bool isPlaced)
    {
        var pod = Builders.Pod("redis", node: null);
        pod.Spec.SchedulingGates = isGated ? [new V1PodSchedulingGate { Name = "wait" }] : null;
        var migration = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "move" },
            Status = new MigrationStatus { TargetNode = "target", Owner = new OwnerRecord { Kind = kind }, Claim = new Claim { Token = "token" } },
        };

        var paths = JsonNode.Parse(ClaimPatch.For(pod, migration))!.AsArray().Select(op => (string?)op!["path"]).ToList();

        Assert.Equal(isPlaced, paths.Contains("/spec/nodeName"));
        Assert.Equal(!isPlaced, paths.Contains("/spec/affinity"));
    }
}
