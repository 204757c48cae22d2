using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A target that cannot start the pod's container yet: nobody may be frozen for it.</summary>
[Collection(LabCollection.Name)]
public sealed class UnreadyTargetTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Move_ImageIsNotOnTheTarget_SourceIsNeverFrozen()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var (first, second) = MoveLab.Nodes("v2");
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token);
        var removed = await lab.Cluster.Node(second).RunAsync(limit.Token, "ctr", "-n", "k8s.io", "images", "rm", "--sync", Redis.Image);
        Assert.Equal(0, removed.ExitCode);

        var status = (await redis.MoveAsync(second, MoveLimit, limit.Token)).Migration.Status;

        Assert.Equal(("RolledBack", Reasons.TargetUnready), (status.Phase, status.Reason));
        Assert.Contains("Armed", status.Source!.Timeline!.Select(entry => entry.Step));
        Assert.DoesNotContain("Freeze", status.Source.Timeline!.Select(entry => entry.Step));
        await redis.NextReplyAsync(limit.Token);
        Assert.Null(redis.Problem);
    }
}
